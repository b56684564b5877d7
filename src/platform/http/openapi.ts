import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';

export const PROBLEM_CODES = 'x-problem-codes';

/** The codes this operation may answer beside the common ones; `completeOpenApi` writes their responses. */
export const ApiProblem = (...codes: string[]): MethodDecorator =>
  applyDecorators(ApiExtension(PROBLEM_CODES, codes));

/** A success and the schema of its body; without one the answer has none. */
export const ApiAnswer = (status: number, schema?: z.ZodType, description = 'done'): MethodDecorator =>
  applyDecorators(
    ApiResponse(schema ? { status, standardSchema: schema, description } : { status, description }),
  );
