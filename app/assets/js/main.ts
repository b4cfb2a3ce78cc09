// The entry of every page: htmx and the small behaviours that templates ask for with data attributes.

import "htmx.org";
import { editCells } from "./cells";
import { enhance } from "./enhance";
import "./ask-page";
import "./calendar";
import "./columns";
import "./confirm";
import "./conflict";
import "./dialogs";
import "./filters";
import "./forms";
import "./keep";
import "./keys";
import "./list";
import "./marks";
import "./menus";
import "./narrow";
import "./requests";
import "./rights";
import "./rows";
import "./saved";
import "./selection";
import "./shown";
import "./sidebar";
import "./ticked";
import "./toasts";
import "./tools";

// Heavy parts are fetched only by pages that show a picker or a chart.
enhance("[data-picker]:not(template *)", (element) => {
  void import("./picker").then((module) => module.makePicker(element as HTMLSelectElement));
});
enhance("textarea[data-editor]:not(template *)", (element) => {
  void import("./editor").then((module) => module.makeEditor(element as HTMLTextAreaElement));
});
enhance("[data-pictures]", (element) => {
  void import("./pictures").then((module) => module.showPictures(element));
});
enhance("[data-names]:not(template *)", (element) => {
  void import("./names").then((module) => module.makeNames(element as HTMLInputElement));
});
enhance("[data-focus]", (element) => {
  void import("./spot").then((module) => module.showFocus(element));
});
enhance("table[data-cells]", (table) => editCells(table as HTMLTableElement));
enhance("form[data-draft]:not([data-draft=''])", (element) => {
  void import("./drafts").then((module) => module.keepDraft(element as HTMLFormElement));
});
enhance("[data-presence]", (element) => {
  void import("./presence").then((module) => module.showPresence(element));
});
enhance("[data-mail-text]", (element) => {
  void import("./mail-text").then((module) => module.editMailText(element));
});
enhance("[data-passkey]", (element) => {
  void import("./passkeys").then((module) => module.usePasskey(element));
});
enhance("[data-chart]", (element) => {
  void import("./chart").then((module) => module.drawChart(element));
});
