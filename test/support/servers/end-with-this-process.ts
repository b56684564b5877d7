import { type ChildProcess, spawn } from 'node:child_process';

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

/** Ends the child as its user would, and then removes its folder, where this process ends before it. */
export function endChildWithThisProcess(child: ChildProcess, folder = ''): void {
  const script = 'kill -s TERM "$1"; sleep 35; kill -s KILL "$1"; rm -rf "$2"';
  child.once('exit', endWithThisProcess(script, String(child.pid), folder));
}
