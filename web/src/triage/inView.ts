/** What a view holds beyond what the server filters. Pure. */
import type { Alert } from "@/api/types";
import { midnight, type Zone } from "@/design/clock";
import { DUE_MS } from "./filter";
import type { View } from "./state";

/** "Due" ends 30 minutes after `at`, "closed today" begins at the midnight before it. */
export function inView(view: View, alerts: readonly Alert[], at: number, zone: Zone): readonly Alert[] {
  if (view === "due") return alerts.filter((alert) => Date.parse(alert.due_at) <= at + DUE_MS);
  if (view !== "closed") return alerts;
  const day = midnight(at, zone);
  return alerts.filter((alert) => alert.closed_at != null && Date.parse(alert.closed_at) >= day);
}
