import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  show: (done: number, of: number) => void;
  end: () => void;
}

/** A bar on the terminal's error stream, so that the output itself can be piped; nothing where there is no terminal. */
export function progressBar(unit: string): Progress {
  const bar = new SingleBar(
    { format: `{bar} {percentage}% {value}/{total} ${unit}, {eta_formatted} left`, stream: process.stderr },
    Presets.shades_classic,
  );
  let isShown = false;
  return {
    show: (done, of) => {
      if (isShown) bar.setTotal(of);
      else bar.start(of, 0);
      isShown = true;
      bar.update(done);
    },
    end: () => bar.stop(),
  };
}
