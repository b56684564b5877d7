import { CallHandler, ExecutionContext, Injectable, NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { DomainError } from '../errors/domain-error.js';
import { BODY_LIMIT, BODY_TYPES } from './body.decorators.js';
import { MalformedBody, parseJson } from './json-body.js';

const usualLimitBytes = 100_000;

interface RequestWithRawBody extends Request {
  rawBody?: Buffer;
}

/** Reads the body once the guard has let the request in, so that strangers' bodies cost nothing; keeps it raw for signatures. */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<RequestWithRawBody>();
    if (/%00/.test(request.url)) throw new MalformedBody('the address has a NUL in it');
    if (request.method !== 'GET' && request.method !== 'HEAD') await this.read(request, context);
    return next.handle();
  }

  private async read(request: RequestWithRawBody, context: ExecutionContext): Promise<void> {
    const isEmpty =
      request.headers['transfer-encoding'] === undefined &&
      Number(request.headers['content-length'] ?? 0) === 0;
    if (isEmpty) {
      request.body = {};
      request.rawBody = Buffer.alloc(0);
      return;
    }
    const types = this.reflector.get<string[] | undefined>(BODY_TYPES, context.getHandler());
    const type = mediaType(request, types ?? ['application/json']);
    const limit = this.reflector.get<number | undefined>(BODY_LIMIT, context.getHandler()) ?? usualLimitBytes;
    request.rawBody = await collect(request, limit);
    request.body = type === 'application/json' ? parseJson(request.rawBody) : request.rawBody;
  }
}

function mediaType(request: Request, accepted: string[]): string {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new MediaTypeRefused('compressed bodies are not taken');
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  if (!accepted.includes(type)) throw new MediaTypeRefused(`the body must be ${accepted.join(' or ')}`);
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new MediaTypeRefused('the body must be UTF-8');
  return type;
}

class MediaTypeRefused extends DomainError {
  constructor(message: string) {
    super('unsupported-media-type', 'unsupported-media-type', message);
  }
}

/** The bytes, as long as they stay within the limit; beyond it nothing more is kept. */
function collect(request: Request, limitBytes: number): Promise<Buffer> {
  const tooLarge = new DomainError(
    'too-large',
    'payload-too-large',
    `the body may have ${limitBytes} bytes`,
    { extensions: { limitBytes } },
  );
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.reject(tooLarge);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > limitBytes) {
        chunks.length = 0;
        reject(tooLarge);
      } else {
        chunks.push(chunk);
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new MalformedBody('the body ended early')));
  });
}
