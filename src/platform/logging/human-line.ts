interface Line {
  level?: string;
  time?: string;
  context?: string;
  msg?: string;
  err?: { message?: string; stack?: string };
  stack?: string;
}

/** All but line feed and tab: what a request brought must not move the cursor of whoever reads the log. */
const controlCharacters = /(?![\n\t])\p{Cc}/gu;

const worrying: ReadonlySet<string | undefined> = new Set(['warn', 'error', 'fatal']);
const red = '\u001b[31m';
const usual = '\u001b[0m';

/** A JSON line of the log as a person reads it: time, severity where it is not info, context, text, an error's stack below; red from warn up. */
export function humanLine(json: string): string {
  const line = JSON.parse(json) as Line;
  const time = (line.time ?? '').slice(11, 19);
  const severity = line.level === 'info' ? '' : ` ${(line.level ?? '').toUpperCase()}`;
  const context = line.context ? ` ${line.context}:` : '';
  const error = line.err ? `\n${line.err.stack ?? line.err.message ?? ''}` : '';
  const text = `${time}${severity}${context} ${line.msg ?? ''}${error}${line.stack ? `\n${line.stack}` : ''}`;
  const plain = text.replace(controlCharacters, '');
  return worrying.has(line.level) ? `${red}${plain}${usual}\n` : `${plain}\n`;
}
