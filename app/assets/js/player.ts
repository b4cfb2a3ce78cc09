// A video on a page is a box until somebody wants to see it: only then is anything asked of another site.

const PLAYER = "https://www.youtube-nocookie.com/embed/";

for (const box of document.querySelectorAll<HTMLElement>("[data-youtube]")) {
  const name = box.dataset.youtube!;
  const link = box.querySelector<HTMLAnchorElement>("a");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "play";
  button.ariaLabel = link?.textContent ?? name;
  button.append(Object.assign(document.createElement("i"), { className: "i-play" }));
  button.addEventListener("click", () => play(box, name, button.ariaLabel ?? name));
  box.prepend(button);
  box.classList.add("ready");
}

function play(box: HTMLElement, name: string, title: string): void {
  const frame = document.createElement("iframe");
  frame.src = `${PLAYER}${encodeURIComponent(name)}?autoplay=1`;
  frame.title = title;
  frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  frame.allowFullscreen = true;
  // The player refuses to start for a page that does not say where it is.
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  box.replaceChildren(frame);
  box.classList.add("playing");
  frame.focus();
}
