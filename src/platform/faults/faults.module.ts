import { Inject, Logger, Module, OnModuleInit } from '@nestjs/common';
import { writeSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { CONFIG, type Config } from '../config/config.js';
import { cutConnection, rememberSockets } from './current-socket.js';
import { FailPoint, armFailPoint } from './fail-point.js';

const stallMs = 2000;

/** Arms what FAIL_POINT names: `<point>:<exit|throw|stall|cut>[:<times>]`. Production does not start with it. */
@Module({})
export class FaultsModule implements OnModuleInit {
  private readonly logger = new Logger('Faults');

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  onModuleInit(): void {
    if (this.config.FAIL_POINT === undefined) return;
    // The schema of the configuration accepts no other words in these places.
    const [point, reaction, times = '1'] = this.config.FAIL_POINT.split(':') as [FailPoint, string, string?];
    if (reaction === 'cut') rememberSockets();
    armFailPoint(point, () => this.react(point, reaction), Number(times));
    this.logger.warn(`armed: ${point} will ${reaction}`);
  }

  private async react(point: FailPoint, reaction: string): Promise<void> {
    if (reaction === 'exit') return die(point);
    this.logger.warn(`fail point ${point}: ${reaction}`);
    if (reaction === 'throw') throw new Error(`fail point ${point}`);
    if (reaction === 'stall') await pause(stallMs);
    if (reaction === 'cut' && !cutConnection())
      this.logger.warn(`fail point ${point}: there is no connection to cut`);
  }
}

/** As a crash: no hook runs, and nothing is flushed but this line. */
function die(point: FailPoint): void {
  writeSync(process.stdout.fd, `{"level":"warn","msg":"fail point ${point}: exit"}\n`);
  process.kill(process.pid, 'SIGKILL');
}
