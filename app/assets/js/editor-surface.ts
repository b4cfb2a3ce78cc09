// What the parts of the editor hand to each other.

import type { Editor } from "@tiptap/core";

export interface Surface {
  textarea: HTMLTextAreaElement;
  root: HTMLElement;
  editor: Editor;
  /** Whether the HTML itself is edited now. */
  isSource: boolean;
}
