/** Finding a model by a few letters, whatever stands between them in its name. */

export interface Named {
  name: string;
  /** Other words it is found by: channels, what an alias stands for. */
  words: string[];
}

/** Those in which every word occurs; the ones that begin so come first. "gpt4o" finds "gpt-4o". */
export function find<T extends Named>(all: T[], typed: string): T[] {
  const words = typed.split(/\s+/).map(plain).filter(Boolean);
  if (!words.length) return all;
  const found = all.filter((each) => {
    const texts = [each.name, ...each.words].map(plain);
    return words.every((word) => texts.some((text) => text.includes(word)));
  });
  const rank = (each: T) => {
    const name = plain(each.name);
    if (name.startsWith(words[0] as string)) return 0;
    return name.includes(words[0] as string) ? 1 : 2;
  };
  return found.toSorted((one, other) => rank(one) - rank(other));
}

/** The name that was probably meant; null where none is near. */
export function closest(names: string[], typed: string): string | null {
  const wanted = plain(typed);
  if (wanted.length < 2) return null;
  let best: { name: string; distance: number } | null = null;
  for (const name of names) {
    const distance = Math.min(...beginnings(name, wanted.length).map((part) => distanceOf(part, wanted)));
    if (!best || distance < best.distance) best = { name, distance };
  }
  return best && best.distance <= Math.max(1, wanted.length / 3) ? best.name : null;
}

/** The whole name, and as much as was typed, or a letter more, from the beginning of each of its parts on. */
function beginnings(name: string, length: number): string[] {
  const starts = [...name.matchAll(/(?<=^|[-_/:.\s])[^-_/:.\s]/g)].map(({ index }) =>
    plain(name.slice(index)),
  );
  return [plain(name), ...starts.flatMap((part) => [part.slice(0, length), part.slice(0, length + 1)])];
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[-_/:.\s]/g, "");
}

/** How many letters must be added, dropped, replaced or exchanged with their neighbour. */
function distanceOf(one: string, other: string): number {
  let [before, last] = [[] as number[], Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= one.length; i++) {
    const line = [i];
    for (let j = 1; j <= other.length; j++) {
      const differs = one[i - 1] === other[j - 1] ? 0 : 1;
      const at = (row: number[], index: number) => row[index] as number;
      let least = Math.min(at(last, j) + 1, at(line, j - 1) + 1, at(last, j - 1) + differs);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        least = Math.min(least, at(before, j - 2) + 1);
      line.push(least);
    }
    [before, last] = [last, line];
  }
  return last[other.length] as number;
}
