// Forms that a passkey fills in: asks the server what to sign, the device to sign it, and sends the form.

type Json = Record<string, unknown>;

/** `element` is such a form, or a part of one. */
export function usePasskey(element: HTMLElement): void {
  const form = element.closest("form");
  if (!form || !("PublicKeyCredential" in window)) return;
  element.hidden = false;
  let busy = false;
  form.addEventListener("submit", (event) => {
    if (!event.isTrusted || field(form, "credential")?.value) return;
    event.preventDefault();
    // The browser asks for a name that is missing before the device asks for a finger.
    if (busy || !form.reportValidity()) return;
    busy = true;
    void answer(form, element).finally(() => (busy = false));
  });
}

async function answer(form: HTMLFormElement, element: HTMLElement): Promise<void> {
  say(form, "");
  try {
    const options = await ask(element.dataset.options!);
    const made =
      element.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: decoded(options) as unknown as PublicKeyCredentialCreationOptions })
        : await navigator.credentials.get({ publicKey: decoded(options) as unknown as PublicKeyCredentialRequestOptions });
    if (!made) throw new Error("nothing was chosen");
    field(form, "credential")!.value = JSON.stringify(encoded(made as PublicKeyCredential));
  } catch {
    say(form, element.dataset.cancelled ?? "");
    return;
  }
  const remember = document.querySelector<HTMLInputElement>("form[data-login] [name=remember]");
  const carried = field(form, "remember");
  if (remember && carried) carried.value = remember.checked ? "y" : "";
  // Sent past the listeners: the form is complete now.
  form.submit();
}

async function ask(url: string): Promise<Json> {
  const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
  const response = await fetch(url, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token } });
  if (!response.ok) throw new Error(String(response.status));
  return (await response.json()) as Json;
}

/** The options with bytes where JSON has base64url. */
function decoded(options: Json): Json {
  const list = (name: string) => (options[name] as Json[] | undefined)?.map((key) => ({ ...key, id: bytes(key.id as string) }));
  const user = options.user as Json | undefined;
  return {
    ...options,
    challenge: bytes(options.challenge as string),
    ...(user && { user: { ...user, id: bytes(user.id as string) } }),
    ...(options.excludeCredentials ? { excludeCredentials: list("excludeCredentials") } : {}),
    ...(options.allowCredentials ? { allowCredentials: list("allowCredentials") } : {}),
  };
}

/** What the device has made, with base64url where it has bytes. */
function encoded(made: PublicKeyCredential): Json {
  const response = made.response as AuthenticatorAttestationResponse & AuthenticatorAssertionResponse;
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    authenticatorAttachment: made.authenticatorAttachment,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      ...(response.attestationObject && {
        attestationObject: text(response.attestationObject),
        transports: response.getTransports?.() ?? [],
      }),
      ...(response.signature && {
        authenticatorData: text(response.authenticatorData),
        signature: text(response.signature),
        userHandle: response.userHandle ? text(response.userHandle) : null,
      }),
    },
  };
}

function bytes(encodedText: string): Uint8Array {
  const plain = atob(encodedText.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function field(form: HTMLFormElement, name: string): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>(`input[name=${name}]`);
}

function say(form: HTMLFormElement, message: string): void {
  const line = form.querySelector("[data-problem]");
  if (line) line.textContent = message;
}
