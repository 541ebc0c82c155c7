/** The frame around every screen: rail, top bar, messages, help, palette. */
import { Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useLogOut } from "@/api/session";
import { useKeys } from "@/keys/useKeys";
import { LiveBridge } from "@/live/LiveBridge";
import { focusBar } from "./bar";
import { Palette } from "./Palette";
import { Rail } from "./Rail";
import { ROOMS } from "./rooms";
import styles from "./Shell.module.css";
import { choose, useSettings } from "./settings";
import { Toasts } from "./Toasts";
import { TopBar } from "./TopBar";

const KeyHelp = lazy(() => import("./KeyHelp").then((module) => ({ default: module.KeyHelp })));

export function Shell() {
  const navigate = useNavigate();
  const { zone } = useSettings();
  const logOut = useLogOut();
  const [open, setOpen] = useState<"palette" | "help" | null>(null);

  useKeys({ title: "Everywhere", level: "shell" }, [
    { id: "shell.search", keys: "/", label: "Search", run: focusBar },
    {
      id: "shell.palette",
      keys: "Ctrl+K",
      label: "Command palette",
      typing: true,
      run: () => setOpen("palette"),
    },
    { id: "shell.help", keys: "?", label: "Keys", run: () => setOpen("help") },
    ...ROOMS.map((room) => ({
      id: `go${room.to}`,
      keys: room.key,
      label: `Go to ${room.name}`,
      run: () => void navigate({ to: room.to }),
    })),
    {
      id: "go/settings",
      keys: "g ,",
      label: "Go to Settings",
      run: () => void navigate({ to: "/settings" }),
    },
    { id: "shell.leave", keys: [], label: "Log out", run: () => logOut.mutate() },
    {
      id: "shell.zone",
      keys: "g z",
      label: zone === "utc" ? "Show local time" : "Show UTC",
      run: () => choose({ zone: zone === "utc" ? "local" : "utc" }),
    },
  ]);

  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#screen">
        Skip to the screen
      </a>
      <LiveBridge />
      <Rail onHelp={() => setOpen("help")} />
      <TopBar onPalette={() => setOpen("palette")} />
      <main id="screen" className={styles.screen} tabIndex={-1}>
        <Outlet />
      </main>
      <Toasts />
      {/* Not loaded late: what is typed right after Ctrl+K must land in it. */}
      {open === "palette" && <Palette onClose={() => setOpen(null)} />}
      <Suspense fallback={null}>{open === "help" && <KeyHelp onClose={() => setOpen(null)} />}</Suspense>
    </div>
  );
}
