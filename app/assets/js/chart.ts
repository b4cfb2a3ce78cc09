// Draws a chart from the table beside it, which is the only copy of the data. Loaded only by pages with charts.

import {
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  DoughnutController,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartConfiguration,
  type ChartEvent,
} from "chart.js";
import { colours, readTable, type Data } from "./chart-data";

Chart.register(ArcElement, BarController, BarElement, CategoryScale, DoughnutController, Filler, Legend);
Chart.register(LinearScale, LineController, LineElement, PointElement, Tooltip);

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

export function drawChart(figure: HTMLElement): void {
  const canvas = figure.querySelector("canvas")!;
  const data = readTable(figure.querySelector("table")!);
  let chart = new Chart(canvas, configure(figure, data));
  dark.addEventListener("change", () => {
    chart.destroy();
    chart = new Chart(canvas, configure(figure, data));
  });
  figure.querySelector<HTMLElement>("[data-png]")?.addEventListener("click", () => savePng(figure, canvas));
}

function configure(figure: HTMLElement, data: Data): ChartConfiguration {
  const kind = figure.dataset.chart as "bar" | "line" | "area" | "pie" | "hbar";
  Chart.defaults.font.family = getComputedStyle(figure).fontFamily;
  const palette = colours(figure);
  const round = kind === "pie";
  const line = kind === "line" || kind === "area";
  const grid = { color: palette.line, drawTicks: false };
  const ticks = { color: palette.ink, padding: 8, maxRotation: 40, font: { size: 12 } };
  const category = { grid: { display: false }, border: { color: palette.line }, ticks: { ...ticks, autoSkip: data.labels.length > 14, autoSkipPadding: 12 } };
  const value = { grid, border: { display: false }, beginAtZero: true, ticks: { ...ticks, maxTicksLimit: 6, precision: 0 } };
  const stacked = figure.hasAttribute("data-stacked");
  const [across, along] = kind === "hbar" ? [value, category] : [category, value];
  return {
    type: round ? "doughnut" : line ? "line" : "bar",
    data: {
      labels: data.labels,
      datasets: data.series.map((series, index) => ({
        label: series.label,
        data: series.values,
        backgroundColor: round ? data.labels.map((_, row) => palette.series[row % 8]!) : palette.series[index % 8]! + (kind === "area" ? "55" : ""),
        fill: kind === "area" ? (stacked && index > 0 ? "-1" : "origin") : false,
        borderColor: round ? palette.paper : palette.series[index % 8]!,
        borderWidth: round || line ? 2 : 0,
        borderRadius: round || line ? 0 : 4,
        maxBarThickness: 46,
        cubicInterpolationMode: "monotone" as const,
        pointRadius: data.labels.length > 40 ? 0 : 3,
        pointHitRadius: 12,
      })),
    },
    options: {
      animation: calm.matches ? false : { duration: 250 },
      maintainAspectRatio: false,
      indexAxis: kind === "hbar" ? "y" : "x",
      locale: document.documentElement.lang,
      interaction: { mode: round ? "nearest" : "index", intersect: round },
      scales: round ? {} : { x: { ...across, stacked, reverse: isRtl(figure) }, y: { ...along, stacked, position: isRtl(figure) ? "right" : "left" } },
      plugins: {
        legend: {
          display: round || data.series.length > 1,
          rtl: isRtl(figure),
          position: round ? (isRtl(figure) ? "left" : "right") : "top",
          labels: { color: palette.ink, boxWidth: 9, boxHeight: 9, useBorderRadius: true, borderRadius: 3 },
        },
        tooltip: { rtl: isRtl(figure), padding: 10, boxPadding: 5, cornerRadius: 8, callbacks: { label: (item) => ` ${data.series[item.datasetIndex]!.label}: ${data.series[item.datasetIndex]!.texts[item.dataIndex]}` } },
      },
      onClick: (event, _hits, chart) => linkAt(chart, event, data)?.click(),
      onHover: (event, _hits, chart) => {
        chart.canvas.style.cursor = linkAt(chart, event, data) ? "pointer" : "default";
      },
    },
  };
}

/** The link of the one segment under the pointer; the tooltip speaks of the whole group. */
function linkAt(chart: Chart, event: ChartEvent, data: Data): HTMLAnchorElement | null {
  const [hit] = chart.getElementsAtEventForMode(event as unknown as Event, "nearest", { intersect: true }, true);
  return hit ? (data.series[hit.datasetIndex]?.links[hit.index] ?? null) : null;
}

const isRtl = (element: Element) => getComputedStyle(element).direction === "rtl";

function savePng(figure: HTMLElement, canvas: HTMLCanvasElement): void {
  const sheet = document.createElement("canvas");
  Object.assign(sheet, { width: canvas.width, height: canvas.height });
  const pen = sheet.getContext("2d")!;
  pen.fillStyle = colours(figure).paper;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  pen.drawImage(canvas, 0, 0);
  sheet.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob!);
    link.download = `${figure.dataset.name ?? "chart"}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
