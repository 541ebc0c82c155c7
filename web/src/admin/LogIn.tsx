/** Log-in. */
import { useState } from "react";
import { useLogIn } from "@/api/session";
import { Button } from "@/design/Button";
import { Field } from "@/design/Field";
import { Gate } from "./Gate";
import { GateFault } from "./GateFault";

export function LogIn() {
  const logIn = useLogIn();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  return (
    <Gate title="Log in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          logIn.mutate({ name: name.trim(), password });
        }}
      >
        <Field
          label="Name"
          name="username"
          autoComplete="username"
          autoFocus
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <GateFault fault={logIn.error} />
        <Button look="filled" type="submit" k="↵" disabled={logIn.isPending}>
          {logIn.isPending ? "Checking" : "Log in"}
        </Button>
      </form>
    </Gate>
  );
}
