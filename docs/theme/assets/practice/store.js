/* The reader's data, in this browser alone: one versioned record that only grows.

   Reviews are a set and never change; stars, suspensions, settings and sessions carry the
   time of their last change, and the later one wins. So two records (two tabs, two
   machines, an old export) are merged the same way in whatever order, and nothing is
   lost. What the reviews come to is computed from them (schedule.js) and kept beside
   them only to save time. */

import { replayed, reviewed } from "./schedule.js";

export const KEY = "handbook.practice";
export const FORMAT = "dl-interview-handbook practice";
export const VERSION = 1;
const LIMITS = { file: 20_000_000, id: 80, note: 20_000 };

/** @typedef {import("./schedule.js").Review} Review */
/**
 * @typedef {object} Data
 * @property {number} version
 * @property {Review[]} reviews in order of time, then id
 * @property {Record<string, number>} undone `id@time` of reviews taken back -> when
 * @property {Record<string, [value: any, time: number]>} values such as `star:two-sum`
 * @property {Record<string, {changed: number} & Record<string, any>>} sessions by id
 */

/** @returns {Data} */
export const empty = () => ({ version: VERSION, reviews: [], undone: {}, values: {}, sessions: {} });

/** Why a record or file can't be used; `code` names a text, `detail` completes it. */
export class Unusable extends Error {
  /** @param {string} code @param {string} [detail] */
  constructor(code, detail = "") {
    super(`${code} ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}

const isTime = (value) => Number.isFinite(value) && value >= 0 && value < 8.64e15;
const isId = (value) => typeof value === "string" && value.length > 0 && value.length <= LIMITS.id;
const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const own = () => Object.create(null); // no key of a file can reach a prototype

/**
 * Check a parsed record and return it in good form.
 * @param {any} found
 * @returns {Data}
 * @throws {Unusable} naming the first thing that is wrong
 */
export function validated(found) {
  if (!isRecord(found)) throw new Unusable("notRecord");
  if (!Number.isInteger(found.version)) throw new Unusable("noVersion");
  if (found.version > VERSION) throw new Unusable("newer", String(found.version));
  if (!Array.isArray(found.reviews)) throw new Unusable("noReviews");
  for (const [place, review] of found.reviews.entries()) {
    const good = Array.isArray(review) && review.length === 3 && isId(review[0]) && isTime(review[1]) &&
      Number.isInteger(review[2]) && review[2] >= 1 && review[2] <= 4;
    if (!good) throw new Unusable("badReview", String(place + 1));
  }
  const data = { ...empty(), reviews: inOrder(found.reviews.map((review) => [...review])) };
  data.undone = checked(found.undone, "undone", isTime);
  data.values = checked(found.values, "values", (value) =>
    Array.isArray(value) && value.length === 2 && isTime(value[1]) && isPlain(value[0]));
  data.sessions = checked(found.sessions, "sessions", (value) => isRecord(value) && isTime(value.changed) && isPlain(value));
  return data;
}

/** Whether a value is made of JSON's simple kinds and not absurdly large. */
const isPlain = (value) => JSON.stringify(value)?.length <= LIMITS.note * 10;

function checked(part, name, good) {
  if (part === undefined) return own();
  if (!isRecord(part)) throw new Unusable("badPart", name);
  const result = own();
  for (const [key, value] of Object.entries(part)) {
    if (key.length > 2 * LIMITS.id || !good(value)) throw new Unusable("badPart", `${name}: ${key.slice(0, LIMITS.id)}`);
    result[key] = value;
  }
  return result;
}

const keyOf = ([id, time]) => `${id}@${time}`;
const inOrder = (reviews) =>
  reviews.sort((one, other) => one[1] - other[1] || (one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : one[2] - other[2]));

/**
 * Unite two records; the order does not matter, and uniting twice changes nothing.
 * @param {Data} one
 * @param {Data} other
 * @returns {Data}
 */
export function merged(one, other) {
  const data = empty();
  const reviews = new Map();
  for (const review of [...one.reviews, ...other.reviews]) {
    const known = reviews.get(keyOf(review));
    if (!known || review[2] < known[2]) reviews.set(keyOf(review), review); // the same in either order
  }
  data.reviews = inOrder([...reviews.values()]);
  data.undone = later(one.undone, other.undone, (time) => time);
  data.values = later(one.values, other.values, (value) => value[1]);
  data.sessions = later(one.sessions, other.sessions, (session) => session.changed);
  return data;
}

function later(one, other, timeOf) {
  const result = Object.assign(own(), one);
  for (const [key, value] of Object.entries(other)) {
    const known = result[key];
    const newer = known === undefined || timeOf(value) > timeOf(known) ||
      (timeOf(value) === timeOf(known) && JSON.stringify(value) > JSON.stringify(known));
    if (newer) result[key] = value;
  }
  return result;
}

/**
 * Return a file's record.
 * @param {string} text
 * @returns {Data}
 * @throws {Unusable}
 */
export function parsedFile(text) {
  if (text.length > LIMITS.file) throw new Unusable("tooLarge");
  let found;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw new Unusable("notJson", error.message);
  }
  if (!isRecord(found) || found.format !== FORMAT) throw new Unusable("otherFile");
  return validated(found);
}

/** The record in use, kept in step with the browser's storage and with other tabs. */
export class Store {
  /**
   * @param {Storage | null} storage where it is kept; null if the browser gives none
   * @param {() => number} clock
   */
  constructor(storage, clock = Date.now) {
    this.storage = storage;
    this.clock = clock;
    /** What the reader must be told: `{code, detail}` of texts. @type {{code: string, detail?: string}[]} */
    this.notices = [];
    this.listeners = new Set();
    this.memories = new Map();
    this.data = empty();
    this.written = null;
    if (!storage) this.notices.push({ code: "noStorage" });
    this.#read();
    this.#index();
  }

  /** Take up what the storage holds; set it aside if it can't be read. */
  #read() {
    let text = null;
    try {
      text = this.storage?.getItem(KEY) ?? null;
    } catch {
      this.storage = null;
      this.notices.push({ code: "noStorage" });
    }
    if (text === null || text === this.written) return false;
    try {
      let found;
      try {
        found = JSON.parse(text);
      } catch (error) {
        throw new Unusable("notJson", error.message);
      }
      const data = validated(found);
      this.cache = isRecord(found.cache) ? found.cache : {};
      this.data = merged(this.data, data);
      this.written = text;
      return true;
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      this.#setAside(text, error);
      return false;
    }
  }

  /** Keep a text that can't be read under another name, and say so. */
  #setAside(text, error) {
    if (error.code === "newer") {
      // a newer handbook wrote it: leave it alone, keep to memory
      this.storage = null;
      this.notices.push({ code: "newerStore", detail: error.detail });
      return;
    }
    const name = `${KEY}.broken.${this.clock()}`;
    try {
      this.storage.setItem(name, text);
      this.storage.removeItem(KEY);
      this.notices.push({ code: "setAside", detail: name });
    } catch {
      this.storage = null; // no room for a copy: the only one stays where it is
      this.notices.push({ code: "brokenKept" });
    }
  }

  /** Put the reviews by card and compute what changed of the memories. */
  #index() {
    const { undone } = this.data;
    this.byCard = new Map();
    for (const review of this.data.reviews) {
      if (undone[keyOf(review)]) continue;
      const found = this.byCard.get(review[0]);
      if (found) found.push(review);
      else this.byCard.set(review[0], [review]);
    }
    const old = this.memories;
    this.memories = new Map();
    for (const [id, reviews] of this.byCard) {
      const print = reviews.map(([, time, grade]) => `${time}:${grade}`).join();
      const known = old.get(id)?.print === print ? old.get(id).memory : this.#cached(id, print);
      this.memories.set(id, { print, memory: known ?? replayed(reviews) });
    }
    this.cache = {};
  }

  /** A memory that was computed before, if it belongs to just these reviews. */
  #cached(id, print) {
    const found = this.cache?.[id];
    if (!isRecord(found) || found.print !== hash(print) || !isRecord(found.memory)) return null;
    const names = ["due", "stability", "difficulty", "state", "step", "last", "count", "lapses"];
    return names.every((name) => Number.isFinite(found.memory[name])) ? found.memory : null;
  }

  /** Write everything; where that fails, go on in memory and say so once. */
  #write() {
    if (!this.storage) return;
    if (this.#read()) this.#index(); // another tab may have written since
    const cache = {};
    for (const [id, { print, memory }] of this.memories) cache[id] = { print: hash(print), memory };
    const text = JSON.stringify({ ...this.data, cache });
    try {
      this.storage.setItem(KEY, text);
      this.written = text;
    } catch {
      try {
        const plain = JSON.stringify(this.data); // the cache may go first
        this.storage.setItem(KEY, plain);
        this.written = plain;
      } catch {
        if (!this.notices.some((notice) => notice.code === "full")) this.notices.push({ code: "full" });
      }
    }
  }

  /** Apply a change, write, tell the views. */
  #change(apply) {
    if (this.#read()) this.#index();
    apply();
    this.#write();
    this.#tell();
  }

  #tell() {
    for (const listener of this.listeners) listener();
  }

  /**
   * Call a function after every change, whoever made it; return how to stop that.
   * @param {() => void} listener
   */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Take up what another tab has written. */
  refresh() {
    if (!this.#read()) return;
    this.#index();
    this.#tell();
  }

  /** @param {string} id @returns {import("./schedule.js").Memory | null} */
  memory(id) {
    return this.memories.get(id)?.memory ?? null;
  }

  /** Every review that counts, in order of time. @returns {Review[]} */
  reviews() {
    return this.data.reviews.filter((review) => !this.data.undone[keyOf(review)]);
  }

  /**
   * Record a review and return it, for `undo`.
   * @param {string} id
   * @param {number} grade
   * @returns {Review}
   */
  review(id, grade) {
    const last = this.memory(id)?.last ?? -1;
    const entry = [id, Math.max(this.clock(), last + 1), grade];
    this.#change(() => {
      this.data.reviews = inOrder([...this.data.reviews, entry]);
      const known = this.memories.get(id);
      const print = [...(known?.print ? [known.print] : []), `${entry[1]}:${grade}`].join();
      this.memories.set(id, { print, memory: reviewed(known?.memory ?? null, entry[1], grade) });
      this.byCard.set(id, [...(this.byCard.get(id) ?? []), entry]);
    });
    return entry;
  }

  /** Take a review back. @param {Review} entry */
  undo(entry) {
    this.#change(() => {
      this.data.undone[keyOf(entry)] = this.clock();
      this.#index();
    });
  }

  /**
   * Return a setting or mark, such as `star:two-sum`.
   * @param {string} name
   * @param {any} otherwise
   */
  value(name, otherwise = null) {
    return this.data.values[name]?.[0] ?? otherwise;
  }

  /** @param {string} name @param {any} value */
  set(name, value) {
    this.#change(() => {
      const last = this.data.values[name]?.[1] ?? -1;
      this.data.values[name] = [value, Math.max(this.clock(), last + 1)];
    });
  }

  /** @param {string} id */
  session(id) {
    return this.data.sessions[id] ?? null;
  }

  /** @returns {[string, any][]} the newest first */
  sessions() {
    return Object.entries(this.data.sessions).sort((one, other) => other[1].changed - one[1].changed);
  }

  /** Record the state of a self-check or mock interview. @param {string} id @param {object} content */
  keep(id, content) {
    this.#change(() => {
      const last = this.data.sessions[id]?.changed ?? -1;
      this.data.sessions[id] = { ...content, changed: Math.max(this.clock(), last + 1) };
    });
  }

  /** @returns {string} the text of a file that holds everything */
  exported() {
    return `${JSON.stringify({ format: FORMAT, exported: new Date(this.clock()).toISOString(), ...this.data }, null, 1)}\n`;
  }

  /**
   * Unite a file with what is here.
   * @param {string} text
   * @returns {{reviews: number, values: number, sessions: number}} how much was new
   * @throws {Unusable} and leaves everything as it was
   */
  import(text) {
    const other = parsedFile(text);
    const count = ({ reviews, values, sessions }) => ({ reviews: reviews.length, values, sessions });
    let before;
    this.#change(() => {
      before = count(this.data);
      this.data = merged(this.data, other);
      this.#index();
    });
    const changed = (name) =>
      Object.keys(this.data[name]).filter((key) => this.data[name][key] !== before[name][key]).length;
    return { reviews: this.data.reviews.length - before.reviews, values: changed("values"), sessions: changed("sessions") };
  }

  /** Return the names and texts of records that were set aside. @returns {[string, string][]} */
  broken() {
    const found = [];
    for (let i = 0; i < (this.storage?.length ?? 0); i += 1) {
      const name = this.storage.key(i);
      if (name.startsWith(`${KEY}.broken.`)) found.push([name, this.storage.getItem(name)]);
    }
    return found;
  }
}

/** A short fingerprint of a text. */
function hash(text) {
  let value = 2166136261;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 16777619);
  return (value >>> 0).toString(36) + text.length.toString(36);
}

/** Return the browser's storage, or null where it is switched off. @returns {Storage | null} */
export function browserStorage() {
  try {
    const probe = `${KEY}.probe`;
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch (error) {
    // a full storage still holds what was written: it can be read and exported
    return error?.name === "QuotaExceededError" ? localStorage : null;
  }
}
