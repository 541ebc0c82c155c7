/** What a person does to alerts: at once on screen, then on the server; what fails comes back and says why. */
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { answer, api, seen } from "@/api/client";
import { asProblem } from "@/api/problem";
import { keys } from "@/api/query";
import { useMe } from "@/api/session";
import type { Alert, Case, Person } from "@/api/types";
import { complain, say } from "@/shell/toast";
import { type AlertPages, readAlert } from "./queries";
import type { Verdict } from "./verdicts";

/** Requests that run at the same time when an action is about many alerts. */
const AT_ONCE = 4;

export const named = (alert: Pick<Alert, "number">) => `A-${alert.number}`;

function about(alerts: readonly Alert[]): string {
  const [first] = alerts;
  return alerts.length === 1 && first ? named(first) : `${alerts.length} alerts`;
}

/** Puts a newer alert in the place of the older one, wherever it is kept. Nothing moves. */
export function patchAlert(cache: QueryClient, alert: Alert): void {
  cache.setQueryData(keys.alert(alert.id), alert);
  cache.setQueriesData<AlertPages>({ queryKey: [...keys.alerts, "list"] }, (old) =>
    old?.pages.some((page) => page.items.some((one) => one.id === alert.id))
      ? {
          ...old,
          pages: old.pages.map((page) => ({
            ...page,
            items: page.items.map((one) => (one.id === alert.id ? alert : one)),
          })),
        }
      : old,
  );
}

/** Takes alerts off every list. */
function removeAlerts(cache: QueryClient, ids: ReadonlySet<string>): void {
  cache.setQueriesData<AlertPages>({ queryKey: [...keys.alerts, "list"] }, (old) =>
    old
      ? {
          ...old,
          pages: old.pages.map((page) => {
            const items = page.items.filter((one) => !ids.has(one.id));
            const total = page.total == null ? page.total : page.total - ids.size;
            return { ...page, items, total };
          }),
        }
      : old,
  );
}

/** Runs a call for each alert, a few at a time; answers what succeeded and reports what did not. */
async function each(
  alerts: readonly Alert[],
  what: string,
  call: (alert: Alert) => Promise<Alert>,
): Promise<Alert[]> {
  const done: Alert[] = [];
  const failed: { alert: Alert; fault: unknown }[] = [];
  const waiting = [...alerts];
  const worker = async () => {
    for (let alert = waiting.shift(); alert; alert = waiting.shift()) {
      try {
        done.push(await call(alert));
      } catch (fault) {
        failed.push({ alert, fault });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, alerts.length) }, worker));
  const [first] = failed;
  if (first) {
    const which = failed.slice(0, 5).map(({ alert }) => named(alert));
    const more = failed.length > 5 ? ` and ${failed.length - 5} more` : "";
    complain(`${which.join(", ")}${more} could not be ${what}.`, first.fault);
  }
  return done;
}

export interface AlertActions {
  close: (alerts: readonly Alert[], verdict: Verdict, comment: string) => Promise<void>;
  assign: (alerts: readonly Alert[], owner: Person | null) => Promise<void>;
  triage: (alerts: readonly Alert[]) => Promise<void>;
  escalate: (alerts: readonly Alert[], comment: string) => Promise<void>;
  note: (alert: Alert, text: string) => Promise<boolean>;
  raiseCase: (alerts: readonly Alert[], title: string) => Promise<Case | null>;
}

/** `reload`: the list must be read again, with this alert under the cursor. */
export function useAlertActions(reload: (cursor?: string) => void): AlertActions {
  const cache = useQueryClient();
  const me = useMe();
  return useMemo(() => actions(cache, me, reload), [cache, me, reload]);
}

function actions(cache: QueryClient, me: Person, reload: (cursor?: string) => void): AlertActions {
  const path = (alert: Alert) => ({ params: { path: { id: alert.id } }, headers: seen(alert.version) });

  /** Shows `change` at once; the server's answer, or the record as it is, follows. */
  const change = async (
    alerts: readonly Alert[],
    what: string,
    guess: (alert: Alert) => Partial<Alert>,
    call: (alert: Alert) => Promise<Alert>,
  ) => {
    for (const alert of alerts) patchAlert(cache, { ...alert, ...guess(alert) });
    const done = await each(alerts, what, call);
    const good = new Map(done.map((alert) => [alert.id, alert]));
    for (const alert of alerts) {
      const newer = good.get(alert.id) ?? (await readAlert(alert.id).catch(() => alert));
      patchAlert(cache, newer);
      cache.invalidateQueries({ queryKey: keys.alertHistory(alert.id) });
    }
    follow();
    return done;
  };
  /** Numbers beside the list follow at once; what others did comes with the live feed. */
  const follow = () => {
    for (const part of ["counts", "facets", "histogram"]) {
      cache.invalidateQueries({ queryKey: [...keys.alerts, part] });
    }
  };

  const reopen = async (closed: readonly Alert[]) => {
    const done = await each(closed, "reopened", async (alert) => {
      const body = { comment: "undone" };
      return (await answer(api.POST("/api/v1/alerts/{id}/reopen", { ...path(alert), body }))) as Alert;
    });
    for (const alert of done) patchAlert(cache, alert);
    follow();
    reload(done[0]?.id);
  };

  return {
    async close(alerts, verdict, comment) {
      removeAlerts(cache, new Set(alerts.map((alert) => alert.id)));
      const { disposition, reason } = verdict;
      const body = { disposition, reason, comment: comment.trim() || null };
      const calls = each(alerts, "closed", async (alert) => {
        return (await answer(api.POST("/api/v1/alerts/{id}/close", { ...path(alert), body }))) as Alert;
      });
      let over = false;
      // Undo may come before the server has answered: it waits for the answer, then takes it back.
      say(`${about(alerts)} closed: ${verdict.label.toLowerCase()}.`, {
        undo: () => {
          over = true;
          void calls.then((done) => reopen(done));
        },
      });
      const done = await calls;
      for (const alert of done) cache.setQueryData(keys.alert(alert.id), alert);
      if (done.length < alerts.length && !over) reload();
      follow();
    },

    async assign(alerts, owner) {
      const shown = owner && { id: owner.id, name: owner.full_name || owner.name };
      const before = new Map(alerts.map((alert) => [alert.id, alert.owner?.id ?? null]));
      const call = (to: (alert: Alert) => string | null) => async (alert: Alert) =>
        (await answer(
          api.POST("/api/v1/alerts/{id}/assign", { ...path(alert), body: { owner: to(alert) } }),
        )) as Alert;
      const done = await change(
        alerts,
        "assigned",
        (alert) => ({ owner: shown, status: owner && alert.status === "new" ? "triaging" : alert.status }),
        call(() => owner?.id ?? null),
      );
      if (done.length === 0) return;
      const to = owner === null ? "nobody" : owner.id === me.id ? "you" : (shown?.name ?? "");
      say(`${about(done)} assigned to ${to}.`, {
        undo: () =>
          void change(
            done,
            "assigned",
            () => ({}),
            call((alert) => before.get(alert.id) ?? null),
          ),
      });
    },

    async triage(alerts) {
      const open = alerts.filter((alert) => alert.status === "new");
      await change(
        open,
        "taken up",
        () => ({ status: "triaging" }),
        async (alert) =>
          (await answer(
            api.PATCH("/api/v1/alerts/{id}", { ...path(alert), body: { status: "triaging" } }),
          )) as Alert,
      );
    },

    async escalate(alerts, comment) {
      const body = { comment: comment.trim() || null };
      const done = await change(
        alerts,
        "escalated",
        () => ({ status: "escalated", tier: 2, owner: null }),
        async (alert) =>
          (await answer(api.POST("/api/v1/alerts/{id}/escalate", { ...path(alert), body }))) as Alert,
      );
      if (done.length > 0) say(`${about(done)} escalated to tier 2.`);
    },

    async note(alert, text) {
      try {
        await answer(
          api.POST("/api/v1/alerts/{id}/notes", { params: { path: { id: alert.id } }, body: { text } }),
        );
      } catch (fault) {
        complain(`The note on ${named(alert)} was not kept.`, fault);
        return false;
      }
      cache.invalidateQueries({ queryKey: keys.alertNotes(alert.id) });
      cache.invalidateQueries({ queryKey: keys.alertHistory(alert.id) });
      return true;
    },

    async raiseCase(alerts, title) {
      const body = { title: title.trim() || null, alerts: alerts.map((alert) => alert.id) };
      try {
        const raised = (await answer(api.POST("/api/v1/cases", { body }))) as Case;
        cache.invalidateQueries({ queryKey: keys.cases });
        for (const alert of alerts) cache.invalidateQueries({ queryKey: keys.alert(alert.id) });
        follow();
        return raised;
      } catch (fault) {
        complain(`No case was raised from ${about(alerts)}.`, asProblem(fault));
        return null;
      }
    },
  };
}
