// Comments on a page that is kept and given to many: the form, its token, replies, and a word about what was sent.
// Without this script a link leads to a page with the form.

interface Ticket {
  csrf_token: string;
  ticket: string;
  question: string;
}

const form = document.querySelector<HTMLFormElement>("[data-comment-form]");
if (form) useForm(form);
sayWhatBecame();

function useForm(form: HTMLFormElement): void {
  let asked: Promise<void> | undefined;
  // What belongs to one reader is asked for when they begin to write, and once.
  const ask = () => (asked ??= fetchTicket(form).catch((error: unknown) => {
    asked = undefined;
    throw error;
  }));

  form.hidden = false;
  document.querySelector<HTMLElement>("[data-comment-link]")?.setAttribute("hidden", "");
  form.addEventListener("focusin", () => void ask().catch(() => undefined), { once: true });
  form.addEventListener("submit", (event) => {
    if (field(form, "ticket").value) return;
    event.preventDefault();
    ask()
      .then(() => {
        // A question that came only now is still to be answered.
        const answer = field(form, "answer");
        if (answer.closest<HTMLElement>("[data-question]")!.hidden || answer.value) form.submit();
        else answer.focus();
      })
      .catch(() => complain(form));
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest<HTMLElement>("[data-reply]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    replyTo(form, link);
  });
  const home = document.createComment("form");
  form.before(home);
  form.querySelector("[data-no-reply]")?.addEventListener("click", () => {
    home.after(form);
    field(form, "parent").value = "";
    form.querySelector<HTMLElement>("[data-replying]")!.hidden = true;
    field(form, "text").focus();
  });
}

async function fetchTicket(form: HTMLFormElement): Promise<void> {
  const response = await fetch(form.dataset.commentForm!, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!response.ok) throw new Error(response.statusText);
  const found = (await response.json()) as Ticket;
  field(form, "csrf_token").value = found.csrf_token;
  field(form, "ticket").value = found.ticket;
  if (!found.question) return;
  const question = form.querySelector<HTMLElement>("[data-question]")!;
  question.querySelector("label")!.textContent = found.question;
  question.hidden = false;
}

function replyTo(form: HTMLFormElement, link: HTMLElement): void {
  field(form, "parent").value = link.dataset.reply!;
  const note = form.querySelector<HTMLElement>("[data-replying]")!;
  note.querySelector("b")!.textContent = link.dataset.name ?? "";
  note.hidden = false;
  link.closest("article")!.after(form);
  field(form, "text").focus();
}

function complain(form: HTMLFormElement): void {
  const problem = form.querySelector<HTMLElement>("[data-problem]")!;
  problem.textContent = form.dataset.failed ?? "";
  problem.hidden = false;
}

/** After sending: the link with which one corrects the comment stands behind the #, where no cache sees it. */
function sayWhatBecame(): void {
  const outcome = document.querySelector<HTMLElement>("[data-comment-outcome]");
  const token = /^#written=([\w~.%=-]+)$/.exec(location.hash)?.[1];
  if (!outcome) return;
  const link = outcome.querySelector<HTMLAnchorElement>("[data-correct]");
  if (token && link) {
    link.href = link.dataset.correct!.replace("TOKEN", token);
    link.hidden = false;
  }
  // Neither a reload nor a bookmark shall thank once more.
  history.replaceState(null, "", `${location.pathname}#comments`);
  outcome.scrollIntoView({ block: "center" });
  outcome.focus({ preventScroll: true });
}

function field(form: HTMLFormElement, name: string): HTMLInputElement | HTMLTextAreaElement {
  return form.elements.namedItem(name) as HTMLInputElement | HTMLTextAreaElement;
}
