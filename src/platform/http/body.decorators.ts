import { SetMetadata } from '@nestjs/common';

export const BODY_LIMIT = 'http:body-limit';
export const BODY_TYPES = 'http:body-types';

/** Largest body of this route in bytes; 100,000 where nothing is said. */
export const BodyLimit = (bytes: number): MethodDecorator => SetMetadata(BODY_LIMIT, bytes);

/** Media types this route takes in place of JSON, such as `text/csv`; the handler reads them by `@RawBody()`. */
export const BodyTypes = (...types: string[]): MethodDecorator => SetMetadata(BODY_TYPES, types);
