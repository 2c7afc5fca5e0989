/** A command that is given its model's file. Pure; read as the server reads commands (channels_app/local/launch.py). */

const NEW = `llama-server {} --port \${PORT}`;
const WORD = /(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+/;
const OPTION = new RegExp(`(^|\\s)(-m|--model)(\\s+|=)(${WORD.source})`);

export function withModel(command: string, file: string): string {
  const option = `-m ${quoted(file)}`;
  if (!command.trim()) return NEW.replace("{}", () => option);
  if (!OPTION.test(command)) return `${command.trimEnd()} ${option}`;
  return command.replace(
    OPTION,
    (_all, before, name, between) => `${before}${name}${between}${quoted(file)}`,
  );
}

/** As one word, whatever is in it. */
function quoted(file: string): string {
  return /^[\w@%+=:,./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'"'"'`)}'`;
}
