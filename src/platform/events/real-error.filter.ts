import { Catch, RpcExceptionFilter } from '@nestjs/common';
import { Observable, throwError } from 'rxjs';

/** Lets a listener's own error through: Nest's default makes "Internal server error" of it, and a dead letter would lose its reason. */
@Catch()
export class RealErrorFilter implements RpcExceptionFilter<unknown> {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
