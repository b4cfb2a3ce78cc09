// A text of the editor as Markdown, for whoever goes on writing it that way.

import type { JSONContent } from "@tiptap/core";

const SPECIAL = /([\\`*_[\]<>])/g;

export function toMarkdown(document: JSONContent): string {
  return blocks(document.content ?? []).replace(/\n{3,}/g, "\n\n").trim();
}

function blocks(nodes: JSONContent[]): string {
  return nodes.map((node) => block(node)).join("\n\n");
}

function block(node: JSONContent): string {
  const children = node.content ?? [];
  switch (node.type) {
    case "heading":
      return `${"#".repeat(Number(node.attrs?.level ?? 2))} ${inline(children)}`;
    case "blockquote":
      return indent(blocks(children), "> ", "> ");
    case "bulletList":
      return children.map((item) => indent(tight(item), "- ", "  ")).join("\n");
    case "orderedList": {
      const start = Number(node.attrs?.start ?? 1);
      return children.map((item, at) => indent(tight(item), `${start + at}. `, "   ")).join("\n");
    }
    case "codeBlock":
      return "```" + ((node.attrs?.language as string | null) ?? "") + "\n" + children.map((child) => child.text ?? "").join("") + "\n```";
    case "horizontalRule":
      return "---";
    case "picture": {
      const caption = children.map((child) => child.text ?? "").join("");
      const title = caption ? ` "${caption.replace(/(["\\])/g, "\\$1")}"` : "";
      return `![${escape((node.attrs?.alt as string) ?? "")}](${node.attrs?.src as string}${title})`;
    }
    case "video":
      return `https://www.youtube.com/watch?v=${node.attrs?.name as string}`;
    default:
      return inline(children).replace(/^(#{1,6} |[-+*] |\d+[.)] |>)/, "\\$1");
  }
}

function tight(item: JSONContent): string {
  return (item.content ?? []).map((node) => block(node)).join("\n");
}

function inline(nodes: JSONContent[]): string {
  return nodes.map((node) => (node.type === "hardBreak" ? "\\\n" : marked(node))).join("");
}

function marked(node: JSONContent): string {
  const text = node.text ?? "";
  const marks = new Map((node.marks ?? []).map((mark) => [mark.type, mark.attrs ?? {}]));
  if (marks.has("code")) return link("`" + text + "`", marks);
  // Signs of emphasis hold nothing where a space stands inside of them.
  const [, before = "", inner = "", after = ""] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  let result = escape(inner);
  if (inner && marks.has("strike")) result = `~~${result}~~`;
  if (inner && marks.has("italic")) result = `*${result}*`;
  if (inner && marks.has("bold")) result = `**${result}**`;
  return before + link(result, marks) + after;
}

function link(text: string, marks: Map<string, Record<string, unknown>>): string {
  const target = marks.get("link")?.href as string | undefined;
  return target ? `[${text}](<${target.replace(/[<>]/g, encodeURIComponent)}>)` : text;
}

function escape(text: string): string {
  return text.replace(SPECIAL, "\\$1");
}

function indent(text: string, first: string, rest: string): string {
  return text.split("\n").map((line, at) => (at === 0 ? first : line ? rest : rest.trimEnd()) + line).join("\n");
}
