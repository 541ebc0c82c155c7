/** Who is logged in, and what they may do. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { answer, api, setCsrf } from "./client";
import { Problem } from "./problem";
import { keys } from "./query";
import type { Person, Role } from "./types";

/** Where the person stands before the console: set-up first, then log-in, then in. */
export type Standing = { at: "set-up" } | { at: "log-in" } | { at: "in"; user: Person };

async function readStanding(): Promise<Standing> {
  try {
    const session = await answer(api.GET("/api/v1/session"));
    setCsrf(session.csrf ?? null);
    if (session.user) return { at: "in", user: session.user };
  } catch (fault) {
    if (!(fault instanceof Problem) || fault.status !== 401) throw fault;
  }
  const setup = await answer(api.GET("/api/v1/setup"));
  return setup.needed ? { at: "set-up" } : { at: "log-in" };
}

/** Reads the session once; later answers come from the cache. */
export function useStanding() {
  return useQuery({ queryKey: keys.session, queryFn: readStanding, staleTime: Number.POSITIVE_INFINITY });
}

const Me = createContext<Person | null>(null);
/** Says who it is to everything below the gate. */
export const MeProvider = Me.Provider;

/** The person. Only below the gate. */
export function useMe(): Person {
  const me = useContext(Me);
  if (!me) throw new Problem(401, "auth.required", "Log in first.", null);
  return me;
}

/** Logs in. */
export function useLogIn() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; password: string }) => answer(api.POST("/api/v1/session", { body })),
    onSuccess: (session) => {
      setCsrf(session.csrf ?? null);
      // Nothing that somebody else has read stays.
      cache.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.session[0] });
      const standing: Standing = session.user ? { at: "in", user: session.user } : { at: "log-in" };
      cache.setQueryData(keys.session, standing);
    },
  });
}

/** Logs out. The page starts anew, so that nothing that was read stays in memory. */
export function useLogOut() {
  return useMutation({
    mutationFn: () => answer(api.DELETE("/api/v1/session")),
    onSettled: () => location.assign("/"),
  });
}

/** What a screen may offer. The server decides; this only spares a person buttons that cannot work. */
export type Deed = "triage" | "cases" | "rules" | "administer";

export function may(role: Role, deed: Deed): boolean {
  if (deed === "administer") return role === "admin";
  if (deed === "rules") return role === "engineer" || role === "admin";
  return role === "analyst" || role === "admin";
}

/** Whether the person may do it. */
export function useMay(deed: Deed): boolean {
  return may(useMe().role, deed);
}

/** Everybody who can own something. */
export function usePeople() {
  return useQuery({
    queryKey: keys.people,
    queryFn: () => answer(api.GET("/api/v1/people")),
    staleTime: 5 * 60_000,
  });
}

/** `M. Lindqvist` gives `ML`. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  const first = words[0]?.[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? "") : (words[0]?.[1] ?? "");
  return `${first}${last}`.toUpperCase();
}
