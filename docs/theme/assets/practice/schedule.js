/* Spaced repetition: FSRS (the vendored ts-fsrs) over the reviews of a card. */

/** @typedef {[id: string, time: number, grade: number]} Review grade 1 (again) to 4 (easy) */
/**
 * @typedef {object} Memory what the reviews of one card come to
 * @property {number} due milliseconds
 * @property {number} stability days until recall falls to 0.9
 * @property {number} difficulty 1 to 10
 * @property {number} state 1 learning, 2 review, 3 relearning
 * @property {number} step of the learning steps
 * @property {number} last time of the last review
 * @property {number} count of reviews
 * @property {number} lapses times it was forgotten
 */

export const AGAIN = 1;
export const GRADES = [1, 2, 3, 4];
const REVIEW = 2;
const DAY = 86_400_000;

let scheduler;
/** The scheduler, without fuzz: the same reviews give the same due time everywhere. */
const fsrs = () =>
  (scheduler ??= window.FSRS.fsrs({ enable_fuzz: false })
    .useStrategy(window.FSRS.StrategyMode.LEARNING_STEPS, learningSteps));

/* Hard repeats the step one is at, as in Anki and in the Python package; ts-fsrs would
   give the mean of the first two steps at every step. */
function learningSteps(parameters, state, step) {
  const { BasicLearningStepsStrategy, ConvertStepUnitToMinutes, Rating } = window.FSRS;
  const found = BasicLearningStepsStrategy(parameters, state, step);
  if (found[Rating.Hard] && step > 0)
    found[Rating.Hard].scheduled_minutes = ConvertStepUnitToMinutes(parameters.learning_steps[step]);
  return found;
}

/* ts-fsrs counts a day at every midnight of UTC, which for a reader in Shanghai is at
   eight in the morning. What counts here is whole periods of 24 hours since the last
   review, so it is told a last review at the same time of day. */
const asCard = (memory, time) =>
  memory
    ? {
        due: new Date(memory.due),
        stability: memory.stability,
        difficulty: memory.difficulty,
        elapsed_days: 0,
        scheduled_days: 0,
        learning_steps: memory.step,
        reps: memory.count,
        lapses: memory.lapses,
        state: memory.state,
        last_review: new Date(time - Math.floor((time - memory.last) / DAY) * DAY),
      }
    : window.FSRS.createEmptyCard(new Date(time));

/**
 * Return what a card's memory becomes by one more review.
 *
 * A clock that was set back does not undo time: a review counts as no earlier than the
 * one before it.
 * @param {Memory | null} memory null for a new card
 * @param {number} time milliseconds
 * @param {number} grade
 * @returns {Memory}
 */
export function reviewed(memory, time, grade) {
  const at = Math.max(time, memory?.last ?? 0);
  const { card } = fsrs().next(asCard(memory, at), new Date(at), grade);
  return {
    due: card.due.getTime(),
    stability: card.stability,
    difficulty: card.difficulty,
    state: card.state,
    step: card.learning_steps,
    last: at,
    count: card.reps,
    lapses: card.lapses,
  };
}

/**
 * Return the memory that a card's reviews come to, or null without any.
 * @param {Review[]} reviews of one card, in order of time
 * @returns {Memory | null}
 */
export function replayed(reviews) {
  return reviews.reduce((memory, [, time, grade]) => reviewed(memory, time, grade), null);
}

/**
 * Return when the card would come back after each grade.
 * @param {Memory | null} memory
 * @param {number} now
 * @returns {number[]} milliseconds from now, for the grades 1 to 4
 */
export function previews(memory, now) {
  const at = Math.max(now, memory?.last ?? 0);
  return GRADES.map((grade) => reviewed(memory, now, grade).due - at);
}

/**
 * Return the chance that the card is remembered now.
 * @param {Memory} memory
 * @param {number} now
 * @returns {number} from 0 to 1
 */
export function recall(memory, now) {
  const days = Math.max(0, now - memory.last) / DAY;
  return window.FSRS.forgetting_curve(fsrs().parameters.w, days, memory.stability);
}

/**
 * Return the local day of a time, as 2026-11-22: what "today" means to the reader.
 * @param {number} time
 * @returns {string}
 */
export function dayOf(time) {
  const date = new Date(time);
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * @typedef {object} Queue
 * @property {string[]} due cards to repeat, those due longest first
 * @property {string[]} fresh new cards, in the order given, as many as today still allows
 * @property {string[]} soon cards in learning that come back today
 */

/**
 * Return what is to be studied now.
 *
 * A card in learning or relearning is due at its minute, a card in review on its day:
 * what is due this evening may be done in the morning.
 * @param {string[]} ids the cards of the chosen filter, new ones in order
 * @param {(id: string) => Memory | null} memoryOf
 * @param {number} now
 * @param {number} allowance new cards that today still allows
 * @returns {Queue}
 */
export function queue(ids, memoryOf, now, allowance) {
  const due = [];
  const soon = [];
  const fresh = [];
  const today = dayOf(now);
  for (const id of ids) {
    const memory = memoryOf(id);
    if (!memory) fresh.push(id);
    else if (memory.due <= now || (memory.state === REVIEW && dayOf(memory.due) <= today)) due.push([memory.due, id]);
    else if (memory.state !== REVIEW && dayOf(memory.due) === today) soon.push([memory.due, id]);
  }
  const inOrder = (pairs) => pairs.sort((one, other) => one[0] - other[0]).map(([, id]) => id);
  return { due: inOrder(due), soon: inOrder(soon), fresh: fresh.slice(0, Math.max(0, allowance)) };
}
