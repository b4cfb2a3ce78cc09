// The entry of every page: htmx and the small behaviours that templates ask for with data attributes.

import "htmx.org";
import { enhance } from "./enhance";
import "./ask-page";
import "./columns";
import "./confirm";
import "./dialogs";
import "./filters";
import "./forms";
import "./drafts";
import "./keys";
import "./list";
import "./marks";
import "./menus";
import "./requests";
import "./selection";
import "./sidebar";
import "./toasts";

// Heavy parts are fetched only by pages that show a picker or a chart.
enhance("[data-picker]:not(template *)", (element) => {
  void import("./picker").then((module) => module.makePicker(element as HTMLSelectElement));
});
enhance("[data-chart]", (element) => {
  void import("./chart").then((module) => module.drawChart(element));
});
