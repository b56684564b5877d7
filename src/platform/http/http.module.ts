import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { AnswerInterceptor } from './answer.interceptor.js';
import { BodyInterceptor } from './body.interceptor.js';
import { ProblemFilter } from './problem.filter.js';
import { ProblemsController } from './problems.controller.js';
import { Routes } from './routes.js';
import { RequestValidationPipe } from './validation.pipe.js';

@Global()
@Module({
  imports: [DiscoveryModule],
  controllers: [ProblemsController],
  providers: [
    Routes,
    { provide: APP_FILTER, useClass: ProblemFilter },
    // The answer's interceptor refuses what nobody can read before the body's one reads it.
    { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
    { provide: APP_INTERCEPTOR, useClass: BodyInterceptor },
    { provide: APP_PIPE, useClass: RequestValidationPipe },
  ],
  exports: [Routes],
})
export class HttpModule {}
