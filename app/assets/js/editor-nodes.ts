// What a text can have beyond paragraphs and lists: pictures with a caption, and boxes that stand for videos.

import { Node } from "@tiptap/core";

const PICTURE = /\/pictures\/[0-9a-f]{32}\/[0-9a-z-]+\.[a-z]{3,4}$/;
const VIDEO = /^(?:(?:https?:\/\/)?(?:www\.|m\.)?(?:youtu\.be\/|youtube(?:-nocookie)?\.com\/(?:watch\?(?:.*&)?v=|embed\/|shorts\/|live\/)))([\w-]{11})(?:[?&#/].*)?$/;

/** The eleven characters that name a video, where the text is its address. */
export function videoOf(text: string): string | null {
  return VIDEO.exec(text.trim())?.[1] ?? null;
}

export const Picture = Node.create({
  name: "picture",
  group: "block",
  content: "inline*",
  marks: "bold italic link code",
  draggable: true,
  isolating: true,
  addAttributes() {
    return { src: { default: null }, alt: { default: "" }, width: { default: null }, height: { default: null } };
  },
  parseHTML() {
    const attributesOf = (image: HTMLImageElement | null) =>
      image && PICTURE.test(image.getAttribute("src") ?? "")
        ? { src: image.getAttribute("src"), alt: image.alt, width: image.getAttribute("width"), height: image.getAttribute("height") }
        : false;
    return [
      {
        tag: "figure",
        priority: 60,
        contentElement: (element) => element.querySelector<HTMLElement>("figcaption") ?? document.createElement("figcaption"),
        getAttrs: (element) => attributesOf(element.querySelector("img")),
      },
      { tag: "img", priority: 55, getAttrs: (element) => attributesOf(element as HTMLImageElement) },
    ];
  },
  renderHTML({ node }) {
    return ["figure", ["img", node.attrs], ["figcaption", 0]];
  },
});

export const Video = Node.create({
  name: "video",
  group: "block",
  atom: true,
  draggable: true,
  addAttributes() {
    return { name: { default: null } };
  },
  parseHTML() {
    return [{ tag: "figure[data-youtube]", priority: 70, getAttrs: (element) => ({ name: element.dataset.youtube }) }];
  },
  renderHTML({ node }) {
    const address = `https://www.youtube.com/watch?v=${node.attrs.name as string}`;
    return ["figure", { "data-youtube": node.attrs.name }, ["a", { href: address }, address]];
  },
});
