// Whether two methods differ by more than the draw of the seed: the test of `python -m training compare`.

const MOST_DEALS = 50_000; // of which all are looked at; of more, as many are drawn: fewer than there, as every news of runs asks anew
const SAME = 1e-12; // by which means may differ that are the same, summed up in another order

/**
 * In which share of all ways to deal the values out to two methods, or of MOST_DEALS drawn ones, their means differ by as much
 * as they do.
 * @param {number[]} a
 * @param {number[]} b
 */
export function permutationTest(a, b) {
  const all = [...a, ...b];
  const total = sumOf(all);
  const apart = (/** @type {number} */ sum) => Math.abs(sum / a.length - (total - sum) / b.length);
  const found = apart(sumOf(a)) - SAME;
  const sums = deals(all.length, a.length) <= MOST_DEALS ? everySum(all, a.length) : drawnSums(all, a.length);
  return sums.filter((sum) => apart(sum) >= found).length / sums.length;
}

/** @param {number[]} values */
const sumOf = (values) => values.reduce((sum, value) => sum + value, 0);

/** In how many ways `some` can be taken of `all`. @param {number} all @param {number} some */
function deals(all, some) {
  let ways = 1;
  for (let i = 1; i <= some; i++) ways = (ways * (all - some + i)) / i;
  return ways;
}

/**
 * The sums of all ways to take `some` of the values from place `from` on.
 * @param {number[]} values
 * @param {number} some
 * @param {number} from
 * @returns {number[]}
 */
function everySum(values, some, from = 0) {
  if (!some) return [0];
  if (values.length - from < some) return [];
  const taken = everySum(values, some - 1, from + 1).map((sum) => sum + values[from]);
  return taken.concat(everySum(values, some, from + 1));
}

/**
 * The sums of as many drawn ways: of a test of so many seeds luck changes the third digit.
 * @param {number[]} values
 * @param {number} some
 */
function drawnSums(values, some) {
  const dealt = [...values];
  return Array.from({ length: MOST_DEALS }, () => {
    let sum = 0;
    for (let i = 0; i < some; i++) {
      const at = i + Math.floor(Math.random() * (dealt.length - i));
      [dealt[i], dealt[at]] = [dealt[at], dealt[i]];
      sum += dealt[i];
    }
    return sum;
  });
}
