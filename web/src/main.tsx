/** The console starts here. */
import "@mantine/core/styles.css";
import "./design/fonts.css";
import "./design/tokens.css";
import "./design/mantine.css";
import "./design/base.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { onLoggedOut } from "./api/client";
import { keys, queryClient } from "./api/query";
import { theme } from "./design/theme";
import { listenToKeys } from "./keys/useKeys";
import { router } from "./router";
import { shownTheme, useSettings, watchSettings } from "./shell/settings";

watchSettings();
listenToKeys();
onLoggedOut(() => queryClient.invalidateQueries({ queryKey: keys.session }));

function Console() {
  const { theme: wanted } = useSettings();
  const scheme = shownTheme(wanted) === "light" ? "light" : "dark";
  return (
    // Variables and classes of Mantine stand in `mantine.css`: a style element would break the policy.
    <MantineProvider
      theme={theme}
      forceColorScheme={scheme}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Console />
    </StrictMode>,
  );
}
