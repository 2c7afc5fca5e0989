/** Pictures that are dropped, pasted or picked, as data URLs: they are in the request itself. */

export const MOST_BYTES = 20 * 1024 * 1024; // what the providers take at most
export const MOST_PICTURES = 8;
export const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

export type PictureProblem = "type" | "size" | "many" | "unreadable";

/** What can't be taken, and why; the rest can. `already`: pictures that are there. */
export function sorted(
  files: readonly File[],
  already: number,
): { good: File[]; bad: [File, PictureProblem][] } {
  const good: File[] = [];
  const bad: [File, PictureProblem][] = [];
  for (const file of files) {
    const problem = problemOf(file, already + good.length);
    if (problem) bad.push([file, problem]);
    else good.push(file);
  }
  return { good, bad };
}

function problemOf(file: File, already: number): PictureProblem | undefined {
  if (!TYPES.includes(file.type)) return "type";
  if (file.size > MOST_BYTES) return "size";
  return already >= MOST_PICTURES ? "many" : undefined;
}

export function asDataUrl(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}
