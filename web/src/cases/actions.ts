/** What a person does to a case: at once on screen, then on the server; who was quicker is said, never overwritten. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api, seen } from "@/api/client";
import { asProblem, type Problem } from "@/api/problem";
import { keys } from "@/api/query";
import { useMe, usePeople } from "@/api/session";
import type { Alert, Case, CaseEdit, CaseStatus, NewTimelineEntry, Person } from "@/api/types";
import { STATUS_WORDS } from "@/design/shapes";
import { complain, say } from "@/shell/toast";
import type { Verdict } from "@/triage/verdicts";
import { actorOf, caseDeed } from "./journal";
import { CASE_TABLE, type CasePages, readCase, readLatest } from "./queries";
import { NEXT } from "./words";

export const called = (one: Pick<Case, "number">) => `C-${one.number}`;

/** Puts a newer case in the place of the older one, wherever it is kept. Nothing moves. */
export function patchCase(cache: QueryClient, one: Case): void {
  cache.setQueryData(keys.case(one.number), one);
  cache.setQueriesData<CasePages>({ queryKey: [CASE_TABLE] }, (old) =>
    old?.pages.some((page) => page.items.some((other) => other.number === one.number))
      ? {
          ...old,
          pages: old.pages.map((page) => ({
            ...page,
            items: page.items.map((other) => (other.number === one.number ? one : other)),
          })),
        }
      : old,
  );
}

export interface CaseActions {
  /** Answers the problem where it failed. `quiet`: the caller shows it. */
  edit: (one: Case, change: CaseEdit, what: string, quiet?: boolean) => Promise<Problem | null>;
  assign: (one: Case, owner: Person | null) => Promise<void>;
  step: (one: Case, status: CaseStatus) => Promise<void>;
  close: (one: Case, verdict: Verdict, comment: string, alerts: readonly Alert[]) => Promise<void>;
  reopen: (one: Case, comment: string) => Promise<boolean>;
  note: (one: Case, text: string) => Promise<boolean>;
  /** Answers the problem where it failed. */
  enter: (one: Case, entry: NewTimelineEntry) => Promise<Problem | null>;
  add: (one: Case, alert: Alert) => Promise<Problem | null>;
}

export function useCaseActions(): CaseActions {
  const cache = useQueryClient();
  const me = useMe();
  const { data } = usePeople();
  const people = data?.items;
  return useMemo(() => actions(cache, me, people ?? []), [cache, me, people]);
}

/** Says that a change failed; where somebody was quicker, who and with what. */
async function refused(one: Case, what: string, fault: unknown, people: readonly Person[]): Promise<void> {
  const problem = asProblem(fault);
  if (problem.status !== 412) return complain(`${called(one)} ${what}.`, problem);
  const latest = await readLatest(one.number).catch(() => undefined);
  const first = latest
    ? `: ${actorOf(latest, people)} ${caseDeed(latest, people)} first`
    : ": somebody changed it first";
  complain(`${called(one)} ${what}${first}. Nothing was overwritten.`, problem);
}

/** What each case waits for: the person's own changes go one after another. */
const underWay = new Map<number, Promise<unknown>>();
/** The version that one's own change made of another: whoever is quicker than the server is in nobody's way. */
const became = new Map<string, number>();

/** The version that a person has seen when their own changes since are counted in. */
export function ownVersion(one: Pick<Case, "number" | "version">): number {
  let version = one.version;
  for (
    let next = became.get(`${one.number}:${version}`);
    next;
    next = became.get(`${one.number}:${version}`)
  ) {
    version = next;
  }
  return version;
}

/** Notes what an own change made. */
export function noteOwn(number: number, from: number, to: number): void {
  if (to > from) became.set(`${number}:${from}`, to);
}

/** Runs an own change after those before it, on the version that they made. */
function inTurn(one: Case, call: (version: number) => Promise<Case>): Promise<Case> {
  const run = async () => {
    const from = ownVersion(one);
    const done = await call(from);
    noteOwn(one.number, from, done.version);
    return done;
  };
  const turn = (underWay.get(one.number) ?? Promise.resolve()).then(run, run);
  underWay.set(one.number, turn);
  return turn;
}

function actions(cache: QueryClient, me: Person, people: readonly Person[]): CaseActions {
  const path = (one: Case, version: number) => ({
    params: { path: { number: one.number } },
    headers: seen(version),
  });
  /** What belongs to the case follows; so do its alerts, which change with it. */
  const follow = (one: Case) => {
    cache.invalidateQueries({ queryKey: keys.case(one.number) });
    cache.invalidateQueries({ queryKey: [...keys.cases, "list"] });
  };
  const truth = async (one: Case) => {
    patchCase(cache, await readCase(one.number).catch(() => one));
    follow(one);
  };

  const edit = async (
    one: Case,
    change: CaseEdit,
    what: string,
    guess: Partial<Case> = {},
    quiet = false,
  ) => {
    if (Object.keys(guess).length > 0) patchCase(cache, { ...one, ...guess });
    try {
      const done = await inTurn(
        one,
        async (version) =>
          (await answer(
            api.PATCH("/api/v1/cases/{number}", { ...path(one, version), body: change }),
          )) as Case,
      );
      patchCase(cache, done);
      follow(done);
      return done;
    } catch (fault) {
      await truth(one);
      if (!quiet) await refused(one, what, fault, people);
      return asProblem(fault);
    }
  };
  const isCase = (done: Case | Problem): done is Case => "number" in done;

  const reopen = async (one: Case, comment: string) => {
    try {
      const body = { comment };
      const done = await inTurn(
        one,
        async (version) =>
          (await answer(api.POST("/api/v1/cases/{number}/reopen", { ...path(one, version), body }))) as Case,
      );
      patchCase(cache, done);
      follow(done);
      return true;
    } catch (fault) {
      await truth(one);
      await refused(one, "was not reopened", fault, people);
      return false;
    }
  };

  const step = async (one: Case, status: CaseStatus, undo = true) => {
    const done = await edit(one, { status }, `was not set to ${STATUS_WORDS[status].toLowerCase()}`, {
      status,
    });
    if (!isCase(done)) return;
    const back =
      undo && NEXT[status].includes(one.status) ? { undo: () => void step(done, one.status, false) } : {};
    say(`${called(one)}: ${STATUS_WORDS[status].toLowerCase()}.`, back);
  };

  const assign = async (one: Case, owner: Person | null, undo = true) => {
    const guess = owner && { id: owner.id, name: owner.full_name || owner.name };
    const done = await edit(one, { owner: owner?.id ?? null }, "was not assigned", { owner: guess });
    if (!isCase(done)) return;
    const to = owner === null ? "nobody" : owner.id === me.id ? "you" : (guess?.name ?? "");
    const before = one.owner?.id ? (people.find((person) => person.id === one.owner?.id) ?? null) : null;
    const known = before !== null || one.owner == null;
    say(
      `${called(one)} assigned to ${to}.`,
      undo && known ? { undo: () => void assign(done, before, false) } : {},
    );
  };

  /** Opens again what the closing of a case closed with it. */
  const openAlerts = async (alerts: readonly Alert[]) => {
    for (const alert of alerts) {
      const { id } = alert;
      try {
        const now = await answer(api.GET("/api/v1/alerts/{id}", { params: { path: { id } } }));
        if (now.status !== "closed") continue;
        await answer(
          api.POST("/api/v1/alerts/{id}/reopen", {
            params: { path: { id } },
            headers: seen(now.version),
            body: { comment: "undone" },
          }),
        );
      } catch (fault) {
        complain(`A-${alert.number} stayed closed.`, fault);
      }
    }
    cache.invalidateQueries({ queryKey: keys.alerts });
  };

  return {
    async edit(one, change, what, quiet = false) {
      const done = await edit(one, change, what, {}, quiet);
      return isCase(done) ? null : done;
    },
    assign: (one, owner) => assign(one, owner),
    step: (one, status) => step(one, status),

    async close(one, verdict, comment, alerts) {
      const { disposition, reason } = verdict;
      const open = alerts.filter((alert) => alert.status !== "closed");
      const body = { disposition, reason, comment: comment.trim() || null };
      try {
        const done = await inTurn(
          one,
          async (version) =>
            (await answer(api.POST("/api/v1/cases/{number}/close", { ...path(one, version), body }))) as Case,
        );
        patchCase(cache, done);
        follow(done);
        cache.invalidateQueries({ queryKey: keys.alerts });
        const many = open.length === 1 ? " and its open alert" : ` and its ${open.length} open alerts`;
        say(`${called(one)}${open.length > 0 ? many : ""} closed: ${verdict.label.toLowerCase()}.`, {
          undo: () => {
            void reopen(done, "undone").then(async (good) => {
              if (!good) return;
              await openAlerts(open);
              follow(done);
            });
          },
        });
      } catch (fault) {
        await truth(one);
        await refused(one, "was not closed", fault, people);
      }
    },

    async reopen(one, comment) {
      const good = await reopen(one, comment);
      if (good) say(`${called(one)} is open again. Its alerts stay closed.`);
      return good;
    },

    async note(one, text) {
      try {
        await answer(
          api.POST("/api/v1/cases/{number}/notes", {
            params: { path: { number: one.number } },
            body: { text },
          }),
        );
      } catch (fault) {
        complain(`The note on ${called(one)} was not kept.`, fault);
        return false;
      }
      follow(one);
      return true;
    },

    async enter(one, entry) {
      try {
        await answer(
          api.POST("/api/v1/cases/{number}/timeline", {
            params: { path: { number: one.number } },
            body: entry,
          }),
        );
      } catch (fault) {
        return asProblem(fault);
      }
      follow(one);
      say(`On the timeline of ${called(one)}.`);
      return null;
    },

    async add(one, alert) {
      try {
        const body = { alert: alert.id };
        const done = await inTurn(
          one,
          async (version) =>
            (await answer(
              api.POST("/api/v1/cases/{number}/alerts", { ...path(one, version), body }),
            )) as Case,
        );
        patchCase(cache, done);
        follow(done);
        cache.invalidateQueries({ queryKey: keys.alert(alert.id) });
        say(`A-${alert.number} added to ${called(one)} with its evidence.`);
        return null;
      } catch (fault) {
        await truth(one);
        return asProblem(fault);
      }
    },
  };
}
