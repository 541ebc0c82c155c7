/** Icons on a 16 grid, stroke 1.4, in the colour of the text around them. Decorative: the word stands beside them. */

const PATHS = {
  queue: "M2 4h1.4M2 8h1.4M2 12h1.4M6 4h8M6 8h8M6 12h8",
  hunt: "M7 2.2a4.8 4.8 0 1 1 0 9.6a4.8 4.8 0 0 1 0-9.6M10.5 10.5L14 14M7 5v4M5 7h4",
  search: "M7 2.2a4.8 4.8 0 1 1 0 9.6a4.8 4.8 0 0 1 0-9.6M10.5 10.5L14 14",
  cases: "M1.8 12.6V3.4h4.4l1.6 2h6.4v7.2z",
  sources: "M2.2 2.6h11.6v4H2.2zM2.2 9.4h11.6v4H2.2zM4.8 4.6h.01M4.8 11.4h.01M7.4 4.6h3.8M7.4 11.4h3.8",
  rules: "M2.4 3.4h7.2M2.4 8h4.8M2.4 12.6h4M9.2 10.6l2 2 3.6-4.6",
  gear: "M8 5.6a2.4 2.4 0 1 1 0 4.8a2.4 2.4 0 0 1 0-4.8M8 1.4v2M8 12.6v2M1.4 8h2M12.6 8h2M3.3 3.3l1.4 1.4M11.3 11.3l1.4 1.4M3.3 12.7l1.4-1.4M11.3 4.7l1.4-1.4",
  clock: "M8 2a6 6 0 1 1 0 12a6 6 0 0 1 0-12M8 4.8V8l2.2 1.6",
  down: "M4.6 6.4L8 9.8l3.4-3.4",
  right: "M6.4 4.6L9.8 8l-3.4 3.4",
  left: "M9.6 4.6L6.2 8l3.4 3.4",
  close: "M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4",
  link: "M6.6 9.4l2.8-2.8M7.4 4.8l1.5-1.5a2.7 2.7 0 0 1 3.8 3.8l-1.5 1.5M8.6 11.2l-1.5 1.5a2.7 2.7 0 0 1-3.8-3.8l1.5-1.5",
  table: "M2.2 3h11.6v10H2.2zM2.2 6.4h11.6M2.2 9.7h11.6M6.4 3v10",
  check: "M3 8.4l3.2 3.2L13 4.8",
  minus: "M4 8h8",
  plus: "M8 3v10M3 8h10",
  host: "M2 3h12v8H2zM5.4 13.4h5.2M8 11v2.4",
  user: "M8 2.2a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 0 1 0-5.6M2.8 13.8c.5-2.9 2.5-4.2 5.2-4.2s4.7 1.3 5.2 4.2",
  globe:
    "M8 2a6 6 0 1 1 0 12a6 6 0 0 1 0-12M2 8h12M8 2c2 1.8 2.9 3.8 2.9 6S10 12.2 8 14M8 2C6 3.8 5.1 5.8 5.1 8S6 12.2 8 14",
  file: "M3.6 1.8h5.6L12.4 5v9.2H3.6zM9.2 1.8V5h3.2",
  hash: "M6.4 2.4L5 13.6M11 2.4L9.6 13.6M2.8 5.8h10.8M2.4 10.2h10.8",
  process: "M2 3h12v10H2zM4.6 6l2.2 2L4.6 10M8.4 10.4h3",
  mail: "M2 3.6h12v8.8H2zM2 4.4L8 9l6-4.6",
  note: "M3 2.4h10v7.2L9.6 13.6H3zM9.6 13.6V9.6H13M5.4 5.4h5.2M5.4 8h2.6",
  undo: "M5.6 3L2.6 6l3 3M2.8 6h6.4a3.6 3.6 0 0 1 0 7.2H6",
  refresh: "M13.2 3v3.4H9.8M13 6.2A5.4 5.4 0 1 0 13.4 8.8",
  copy: "M5.6 5.6h8v8h-8zM10.4 5.6V2.4h-8v8h3.2",
  leave: "M6.4 2.4H2.6v11.2h3.8M6 8h7.6M10.8 5.2L13.6 8l-2.8 2.8",
  key: "M5 7.6a2.8 2.8 0 1 1 0 5.6a2.8 2.8 0 0 1 0-5.6M7 8.4L13 2.4M10.4 5l2 2",
  people:
    "M6 2.6a2.4 2.4 0 1 1 0 4.8a2.4 2.4 0 0 1 0-4.8M1.6 13.2c.4-2.5 2-3.8 4.4-3.8s4 1.3 4.4 3.8M10.4 3a2.2 2.2 0 0 1 0 4.2M12 9.8c1.4.5 2.2 1.7 2.4 3.4",
  palette: "M3 3.4h10M3 8h6M3 12.6h8",
  up: "M8 13V3.4M3.8 7.4L8 3.2l4.2 4.2",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

/** One icon. `size` in pixels; the stroke stays thin when it grows. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="none" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        stroke="currentColor"
        strokeWidth={size > 16 ? 1.2 : 1.4}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
