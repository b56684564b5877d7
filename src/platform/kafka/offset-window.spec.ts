import { OffsetWindow } from './offset-window.js';

describe('the offsets of a partition', () => {
  it('are committed up to the first message that is not done, in whatever order the others were', () => {
    const window = new OffsetWindow();
    for (const offset of [7, 8, 9, 11]) window.add(offset);
    window.finish(9);
    window.finish(8);
    expect(window.done).toBeUndefined();
    window.finish(7);
    expect(window.done).toBe(10);
    window.finish(11);
    expect(window.done).toBe(12);
    expect(window.size).toBe(0);
  });

  it('are answered until they are committed, and no longer', () => {
    const window = new OffsetWindow();
    window.add(3);
    window.add(4);
    window.finish(3);
    expect(window.done).toBe(4);
    window.finish(4);
    window.committed(4);
    expect(window.done).toBe(5);
    window.committed(5);
    expect(window.done).toBeUndefined();
  });

  it('pass over what was never added', () => {
    const window = new OffsetWindow();
    window.finish(1);
    expect(window.done).toBeUndefined();
  });
});
