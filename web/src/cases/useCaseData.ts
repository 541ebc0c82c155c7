/** Everything that is known of one case, put together once for all its tabs. */
import { useMemo } from "react";
import type { Alert, Case, Evidence, Severity, TimelineEntry } from "@/api/types";
import { now } from "@/design/clock";
import { SEVERITIES } from "@/design/shapes";
import { useSettings } from "@/shell/settings";
import { answersOf } from "./answers";
import { useCaseAlerts, useEvidence, useFacts, useTimeline } from "./queries";

export function useCaseData(one: Case) {
  const { zone } = useSettings();
  const timeline = useTimeline(one.number);
  const alerts = useCaseAlerts(one.number);
  const evidence = useEvidence(one.number);
  const pieces = useMemo<Evidence[]>(
    () => evidence.data?.pages.flatMap((page) => page.items) ?? [],
    [evidence.data],
  );
  const read = useFacts(alerts.data, pieces);
  const facts = useMemo(
    () => ({ ...read, eventsOf: completed(read.eventsOf, alerts.data ?? [], timeline.data ?? []) }),
    [read, alerts.data, timeline.data],
  );
  const pieceOf = useMemo(
    () => new Map(pieces.flatMap((piece) => (piece.event ? [[piece.event, piece]] : []))),
    [pieces],
  );
  const numberOf = useMemo(
    () => new Map(pieces.flatMap((piece, at) => (piece.event ? [[piece.event, at + 1]] : []))),
    [pieces],
  );
  const alertsOf = useMemo(() => byEvent(alerts.data ?? [], facts.eventsOf), [alerts.data, facts.eventsOf]);
  const severityOf = useMemo(() => {
    const found = new Map<string, Severity>();
    for (const [event, own] of alertsOf) {
      const worst = SEVERITIES.find((severity) => own.some((alert) => alert.severity === severity));
      if (worst) found.set(event, worst);
    }
    return found;
  }, [alertsOf]);
  const answers = useMemo(
    () =>
      answersOf({
        facts: facts.facts,
        entries: timeline.data ?? [],
        alerts: alerts.data ?? [],
        eventsOf: facts.eventsOf,
        one,
        zone,
        at: now(),
      }),
    [facts, timeline.data, alerts.data, one, zone],
  );
  return { timeline, alerts, evidence, pieces, facts, pieceOf, numberOf, alertsOf, severityOf, answers };
}

export type CaseData = ReturnType<typeof useCaseData>;

/** The alerts of each event, worst first as the list has them. */
function byEvent(
  alerts: readonly Alert[],
  eventsOf: ReadonlyMap<string, readonly string[]>,
): Map<string, Alert[]> {
  const found = new Map<string, Alert[]>();
  for (const alert of alerts) {
    for (const event of eventsOf.get(alert.id) ?? []) found.set(event, [...(found.get(event) ?? []), alert]);
  }
  return found;
}

/**
 * The events of each alert, with those beyond its newest 50, which the server does not list: a draft of the timeline has
 * the title of the alert that it was drafted from, and lies within the alert's time. Pure.
 */
export function completed(
  eventsOf: ReadonlyMap<string, readonly string[]>,
  alerts: readonly Pick<Alert, "id" | "title" | "first_seen" | "last_seen">[],
  entries: readonly Pick<TimelineEntry, "event" | "title" | "at" | "state">[],
): Map<string, string[]> {
  const listed = new Set([...eventsOf.values()].flat());
  const all = new Map([...eventsOf].map(([alert, events]) => [alert, [...events]]));
  for (const { event, title, at, state } of entries) {
    if (!event || state !== "draft" || listed.has(event)) continue;
    const time = Date.parse(at);
    for (const alert of alerts) {
      const within = Date.parse(alert.first_seen) <= time && time <= Date.parse(alert.last_seen);
      if (alert.title === title && within) all.set(alert.id, [...(all.get(alert.id) ?? []), event]);
    }
  }
  return all;
}
