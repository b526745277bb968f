/* Drawing from a seed: the same words give the same interview on every machine. */

/** @typedef {() => number} Random draws 32 random bits as an integer from 0 on. */

/**
 * Turn a seed text into a generator (sfc32, seeded by an FNV-1a hash of the text).
 * @param {string} seed
 * @returns {Random}
 */
export function generator(seed) {
  const word = (salt) => {
    let hash = 2166136261 ^ salt;
    for (const byte of new TextEncoder().encode(seed)) hash = Math.imul(hash ^ byte, 16777619);
    return hash >>> 0;
  };
  let [a, b, c, counter] = [word(1), word(2), word(3), 1];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i += 1) next(); // the first ones depend on little of the seed
  return next;
}

/**
 * Draw an integer below `count`, each with the same chance (no modulo bias).
 * @param {Random} random
 * @param {number} count at least 1
 * @returns {number}
 */
export function below(random, count) {
  const limit = 2 ** 32 - (2 ** 32 % count);
  let bits;
  do bits = random();
  while (bits >= limit);
  return bits % count;
}

/**
 * Return the items in random order (Fisher and Yates); the input stays as it is.
 * @template T
 * @param {Random} random
 * @param {readonly T[]} items
 * @returns {T[]}
 */
export function shuffled(random, items) {
  const mixed = [...items];
  for (let i = mixed.length - 1; i > 0; i -= 1) {
    const j = below(random, i + 1);
    [mixed[i], mixed[j]] = [mixed[j], mixed[i]];
  }
  return mixed;
}

/**
 * Make a short seed for a new draw, easy to read aloud.
 * @returns {string}
 */
export function newSeed() {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  const bytes = crypto.getRandomValues(new Uint32Array(6));
  return [...bytes].map((value) => letters[value % letters.length]).join("");
}

/**
 * Draw one question for each topic, none twice.
 * @param {string} seed
 * @param {{id: string, questions: string[]}[]} topics
 * @returns {Map<string, string>} topic -> question
 */
export function onePerTopic(seed, topics) {
  const random = generator(seed);
  const taken = new Set();
  const drawn = new Map();
  for (const topic of topics) {
    const id = shuffled(random, topic.questions).find((one) => !taken.has(one));
    if (id === undefined) continue;
    taken.add(id);
    drawn.set(topic.id, id);
  }
  return drawn;
}

/**
 * @typedef {object} Wish what a mock interview is drawn from
 * @property {string} seed
 * @property {Record<string, number>} shares share of the time by pillar, in percent
 * @property {Record<string, number>} minutes usual minutes for a question, by pillar
 * @property {Record<string, number>} levels weight of each level
 * @property {number} length minutes in all
 */

/**
 * @typedef {object} Round
 * @property {string} pillar
 * @property {number} minutes
 * @property {{id: string, minutes: number}[]} questions
 */

/**
 * Plan a mock interview: a round for each pillar, filled with questions of its share.
 *
 * A question's level is drawn by weight first, then the question among those of that
 * level, so that a level is not frequent merely because it has many questions.
 * @param {Wish} wish
 * @param {{id: string, pillar: string, level: string}[]} questions those allowed
 * @returns {Round[]} in the order of `shares`, without rounds that would be empty
 */
export function interview(wish, questions) {
  const random = generator(wish.seed);
  const present = Object.keys(wish.shares).filter((pillar) =>
    questions.some((question) => question.pillar === pillar));
  const whole = present.reduce((sum, pillar) => sum + wish.shares[pillar], 0);
  return present.map((pillar) => {
    const minutes = Math.round((wish.length * wish.shares[pillar]) / whole);
    const count = Math.max(1, Math.round(minutes / wish.minutes[pillar]));
    const left = new Map();
    const pool = questions.filter((question) => question.pillar === pillar);
    for (const question of shuffled(random, pool)) {
      if (!left.has(question.level)) left.set(question.level, []);
      left.get(question.level).push(question.id);
    }
    const drawn = [];
    while (drawn.length < count && left.size) {
      const level = weighted(random, [...left.keys()], (name) => wish.levels[name] ?? 0);
      drawn.push(left.get(level).pop());
      if (!left.get(level).length) left.delete(level);
    }
    return { pillar, minutes, questions: drawn.map((id) => ({ id, minutes: minutes / drawn.length })) };
  });
}

/**
 * Draw one item with a chance in proportion to its weight; if all weigh 0, evenly.
 * @template T
 * @param {Random} random
 * @param {T[]} items
 * @param {(item: T) => number} weight a whole number from 0 on
 * @returns {T}
 */
export function weighted(random, items, weight) {
  const total = items.reduce((sum, item) => sum + weight(item), 0);
  if (!total) return items[below(random, items.length)];
  let place = below(random, total);
  return items.find((item) => (place -= weight(item)) < 0);
}
