// @ts-check
// Open a shared badge: the key stands after # and never leaves the browser; what it opens goes on to be checked.

const page = /** @type {HTMLElement} */ (document.getElementById("shared"));
const SAYS = new TextEncoder().encode("edubadges-share-1");

/** @param {string} text */
const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));

/** @param {"gone" | "broken" | "away"} what */
function say(what) {
  for (const id of ["opening", "gone", "broken", "away"]) {
    /** @type {HTMLElement} */ (document.getElementById(id)).hidden = id !== what;
  }
}

/** @param {Uint8Array} sealed @param {Uint8Array} raw */
async function unseal(sealed, raw) {
  const key = await crypto.subtle.importKey("raw", /** @type {BufferSource} */ (raw), "AES-GCM", false, ["decrypt"]);
  const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.slice(0, 12), additionalData: SAYS }, key, sealed.slice(12));
  return new TextDecoder().decode(opened).trimEnd();
}

async function open() {
  const link = /^#([A-Za-z0-9_-]{20,80})\.([A-Za-z0-9_-]{43})$/.exec(location.hash);
  if (!link) return say("broken");
  let answer;
  try {
    answer = await fetch(`${page.dataset.wallet}/api/v1/shares/${link[1]}`, { credentials: "omit", referrerPolicy: "no-referrer" });
  } catch {
    return say("away");
  }
  if (answer.status === 404) return say("gone");
  if (!answer.ok) return say("away");
  let badge;
  try {
    badge = await unseal(bytesOf((await answer.json()).sealed), bytesOf(link[2]));
  } catch {
    return say("broken");
  }
  const form = /** @type {HTMLFormElement} */ (document.getElementById("hand-over"));
  /** @type {HTMLInputElement} */ (form.elements.namedItem("text")).value = badge;
  form.submit();
}

addEventListener("hashchange", open);
await open();
