import { spawn } from 'node:child_process';

/**
 * Runs the shell script when this process ends, however it ends: a test run that is killed tears nothing down. A shell of
 * its own session, which Ctrl-C does not reach, waits for the pipe to close. Answers how to let it go without the script.
 */
export function endWithThisProcess(script: string, ...words: string[]): () => void {
  const guard = spawn('sh', ['-c', `read -r released && exit\n${script}`, 'guard', ...words], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  // Somebody ended the guard: there is nothing to let go.
  guard.stdin.on('error', () => undefined);
  return () => guard.stdin.end('released\n');
}
