/** Mantine's theme. The colours themselves are tokens, mapped in `mantine.css`. */
import { createTheme, Tooltip } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "wf",
  primaryShade: { light: 7, dark: 4 },
  defaultRadius: 6,
  autoContrast: false,
  fontFamily: "var(--wf-ui)",
  fontFamilyMonospace: "var(--wf-mono)",
  cursorType: "pointer",
  respectReducedMotion: true,
  colors: {
    wf: [
      "#E1F3F0",
      "#C3E7E1",
      "#9AD8CF",
      "#6FD3C6",
      "#43CDBD",
      "#2BA598",
      "#128477",
      "#0A736A",
      "#085C55",
      "#06403C",
    ],
  },
  components: {
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 300, zIndex: 300, transitionProps: { duration: 120 } },
    }),
  },
});
