/** The first start: whoever can read the set-up token makes the first account. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { useLogIn } from "@/api/session";
import { Button } from "@/design/Button";
import { Field } from "@/design/Field";
import { Gate } from "./Gate";
import { GateFault } from "./GateFault";
import { passwordFault } from "./password";

export function SetUp() {
  const logIn = useLogIn();
  const [form, setForm] = useState({ token: "", name: "", full_name: "", password: "" });
  const [tried, setTried] = useState(false);
  const setUp = useMutation({
    mutationFn: async () => {
      const body = {
        ...form,
        token: form.token.trim(),
        name: form.name.trim(),
        full_name: form.full_name.trim() || null,
      };
      await answer(api.POST("/api/v1/setup", { body }));
      await logIn.mutateAsync({ name: body.name, password: body.password });
    },
  });
  const set = (name: keyof typeof form) => ({
    name,
    value: form[name],
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      setForm({ ...form, [name]: event.currentTarget.value }),
  });
  const weak = passwordFault(form.password);
  return (
    <Gate
      title="Set up this floor"
      lead={
        <p>
          There is no default password. At its start the program wrote a token into a file and said where; it
          works once and for an hour. A restart writes a new one.
        </p>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!weak) setUp.mutate();
        }}
      >
        <Field label="Set-up token" {...set("token")} autoFocus required autoComplete="off" />
        <Field
          label="Name to log in with"
          {...set("name")}
          required
          autoComplete="username"
          placeholder="m.lindqvist"
        />
        <Field
          label="Full name"
          {...set("full_name")}
          autoComplete="name"
          hint="Shown to the others; may stay empty"
        />
        <Field
          label="Password"
          {...set("password")}
          type="password"
          required
          autoComplete="new-password"
          hint="12 characters or more"
          fault={tried ? weak : null}
        />
        <GateFault fault={setUp.error} />
        <Button look="filled" type="submit" k="↵" disabled={setUp.isPending}>
          Create the first account
        </Button>
      </form>
    </Gate>
  );
}
