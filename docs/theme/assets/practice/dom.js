/* Small tools for the page: elements, announcements, files, links. */

/**
 * Make an element. Text goes in as text, never as HTML.
 * @param {string} tag
 * @param {Record<string, any>} [properties] of the element; `class`, `data-…` and `aria-…` as attributes
 * @param {...(Node | string | null | false)} children
 * @returns {HTMLElement}
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name.includes("-") || name === "for" || name === "role") element.setAttribute(name, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== false));
  return element;
}

/** @param {string} label @param {() => void} act @param {Record<string, any>} [more] */
export const button = (label, act, more = {}) =>
  make("button", { type: "button", class: "practice-button", onclick: act, ...more }, label);

let live;
/** Let a screen reader say something. @param {string} message */
export function announce(message) {
  if (!live?.isConnected) live = document.body.appendChild(make("div", { class: "visually-hidden", role: "status" }));
  live.textContent = "";
  setTimeout(() => (live.textContent = message), 30); // the same words twice are said twice
}

/**
 * Make a labelled choice.
 * @param {string} label
 * @param {[value: string, name: string][]} options
 * @param {string} chosen
 * @param {(value: string) => void} choose
 */
export function choice(label, options, chosen, choose) {
  const select = make("select", { onchange: () => choose(select.value) },
    ...options.map(([value, name]) => make("option", { value, selected: value === chosen }, name)));
  return make("label", { class: "practice-field" }, make("span", {}, label), select);
}

/** Offer a text as a file. @param {string} name @param {string} content @param {string} kind */
export function save(name, content, kind) {
  const address = URL.createObjectURL(new Blob([content], { type: kind }));
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Copy a text; returns whether that worked. @param {string} value @returns {Promise<boolean>} */
export async function copy(value) {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    const area = make("textarea", { value, class: "visually-hidden", readOnly: true });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** Read `#name=value&…` of the address. @returns {Record<string, string>} */
export const readHash = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

/** Write it without leaving a trace in the history. @param {Record<string, string>} values */
export function writeHash(values) {
  const hash = new URLSearchParams(values).toString();
  history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
}
