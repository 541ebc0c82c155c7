/** Set-up, then log-in, then the console. */
import { lazy, Suspense } from "react";
import { MeProvider, useStanding } from "@/api/session";
import { Fault } from "@/design/states";
import { Shell } from "./Shell";

const SetUp = lazy(() => import("@/admin/SetUp").then((module) => ({ default: module.SetUp })));
const LogIn = lazy(() => import("@/admin/LogIn").then((module) => ({ default: module.LogIn })));

export function Root() {
  const { data, error, refetch } = useStanding();
  if (data?.at === "in") {
    return (
      <MeProvider value={data.user}>
        <Shell />
      </MeProvider>
    );
  }
  return (
    <Suspense fallback={null}>
      {data?.at === "set-up" && <SetUp />}
      {data?.at === "log-in" && <LogIn />}
      {!data && error && (
        <Fault what="The console cannot reach Watchfloor." fault={error} retry={() => refetch()} />
      )}
    </Suspense>
  );
}
