/** An answer's text in pieces to show: paragraphs as they are, and what stands between code fences. Pure. */

export interface Block {
  kind: "text" | "code";
  text: string;
  /** What the fence says: "python". */
  language: string;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;

/**
 * The text in blocks; nothing is interpreted beyond fences. A fence that is not closed yet is code to the end, as an
 * answer looks while it is being written. Each paragraph is a block of its own, so that only the last one changes.
 */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  let open: { mark: string; language: string } | undefined;
  const close = (kind: Block["kind"], language = "") => {
    const joined = kind === "text" ? lines.join("\n").trim() : lines.join("\n");
    if (joined || kind === "code") blocks.push({ kind, text: joined, language });
    lines = [];
  };
  for (const line of text.split(/\r?\n/)) {
    const fence = FENCE.exec(line);
    if (open) {
      if (fence && closes(fence, open.mark)) {
        close("code", open.language);
        open = undefined;
      } else lines.push(line);
    } else if (fence && opens(fence)) {
      close("text");
      open = { mark: fence[1] as string, language: (fence[2] as string).trim().split(/\s/)[0] ?? "" };
    } else if (line.trim()) lines.push(line);
    else close("text");
  }
  close(open ? "code" : "text", open?.language);
  return blocks;
}

/** A fence of backticks with backticks behind it is code within a line. */
const opens = ([, mark = "", rest = ""]: RegExpExecArray) => mark[0] === "~" || !rest.includes("`");

const closes = ([, mark = "", rest = ""]: RegExpExecArray, opened: string) =>
  mark[0] === opened[0] && mark.length >= opened.length && !rest.trim();
