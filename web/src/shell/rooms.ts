/** The rooms of the rail: a room stands here when it exists. */
import type { IconName } from "@/design/Icon";

export const ROOMS = [
  { to: "/queue", name: "Queue", icon: "queue", key: "g q", says: "alerts to decide" },
  { to: "/hunt", name: "Hunt", icon: "hunt", key: "g h", says: "search events" },
  { to: "/cases", name: "Cases", icon: "cases", key: "g c", says: "investigations" },
  { to: "/rules", name: "Rules", icon: "rules", key: "g r", says: "what is looked for, how often it fires" },
  { to: "/sources", name: "Sources", icon: "sources", key: "g s", says: "what sends, what is silent" },
] as const satisfies readonly { to: string; name: string; icon: IconName; key: string; says: string }[];
