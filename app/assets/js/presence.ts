// Says every 20 seconds that this edit page is open, and shows who else has it open and whether it was changed.

const PERIOD = 20_000;

export function showPresence(region: HTMLElement): void {
  const form = document.querySelector<HTMLFormElement>("form#record");
  const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
  let shown = "";
  let timer = 0;

  async function beat(): Promise<void> {
    clearTimeout(timer);
    // A page that nobody looks at is not open to anybody.
    if (document.hidden || !region.isConnected) return;
    const start = form?.querySelector<HTMLInputElement>("input[name=_version], input[name=_base]")?.value ?? "";
    const answer = await fetch(region.dataset.presence!, {
      method: "POST",
      headers: { "X-CSRFToken": token },
      body: new URLSearchParams({ start }),
      redirect: "error",
    }).catch(() => null);
    if (answer?.ok) show(await answer.text());
    // Whoever may no longer edit the record, or is logged out, learns so on saving; asking again helps nobody.
    if (!answer || answer.ok || answer.status >= 500) timer = window.setTimeout(beat, PERIOD);
  }

  function show(notices: string): void {
    if (notices.trim() === shown || region.contains(document.activeElement)) return;
    shown = notices.trim();
    region.innerHTML = shown;
  }

  document.addEventListener("visibilitychange", () => void beat());
  void beat();
}
