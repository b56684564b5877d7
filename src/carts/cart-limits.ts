/** Wholesale orders are real: the longest one seen had 1,108 lines and the largest line 80,995 units. */
export const maxLinesPerCart = 2000;
export const maxUnitsPerLine = 100_000;

/** Views with more lines than this carry a link to the lines instead. */
export const maxLinesInView = 200;
