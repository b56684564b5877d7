import type { LoggerService } from '@nestjs/common';
import pino from 'pino';
import type { Config } from '../config/config.js';
import { currentContext } from '../http/request-context.js';
import { humanLine } from './human-line.js';
import { hiddenPaths } from './hidden-paths.js';

/** Nest's own start tells every module and route at `info`; here that is for who looks for a fault. */
const chatty: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

type Level = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/** Nest's log as one JSON object per line, or as one line to read on a terminal; every line has the trace id of its request. */
export class JsonLogger implements LoggerService {
  private readonly pino: pino.Logger;

  constructor(config: Pick<Config, 'LOG_LEVEL'>, output: NodeJS.WriteStream = process.stdout) {
    const destination = output.isTTY ? { write: (line: string) => output.write(humanLine(line)) } : output;
    this.pino = pino(
      {
        level: config.LOG_LEVEL,
        base: undefined,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        mixin: () => ({ traceId: currentContext()?.traceId }),
        redact: { paths: hiddenPaths, censor: '[hidden]' },
        serializers: { err: pino.stdSerializers.err },
      },
      destination,
    );
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest puts the context last and an error's stack before it; rooms log `(fields, text)` or `(text)`. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const given = rest.filter((one) => one !== undefined);
    const context = typeof given.at(-1) === 'string' ? given.pop() : undefined;
    const fields = Object.assign({ context }, ...[message, ...given].map(fieldsOf)) as object;
    const text = [message, ...given].find((one) => typeof one === 'string' && !isStack(one));
    const severity = level === 'info' && chatty.has(context) ? 'debug' : level;
    this.pino[severity](fields, typeof text === 'string' ? text : undefined);
  }
}

function fieldsOf(value: unknown): object {
  if (value instanceof Error) return { err: value };
  if (isStack(value)) return { stack: value };
  return typeof value === 'object' && value !== null ? value : {};
}

function isStack(value: unknown): boolean {
  return typeof value === 'string' && /\n\s+at /.test(value);
}
