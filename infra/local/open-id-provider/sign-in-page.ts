import type { DemoUser } from './demo-users.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The page where a person of the local stack says who they are. */
export function signInPage(uid: string, users: readonly DemoUser[]): string {
  const buttons = users.map(
    (user) =>
      `<li><button name="user" value="${escape(user.id)}">${escape(user.name)}</button> ${escape(user.roles.join(', '))}</li>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in to Simlane</title>
<style>body{font:1rem/1.5 system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem}li{margin:.5rem 0}button{font:inherit}</style>
<h1>Sign in to Simlane</h1>
<p>This is the local stack: choose who you are.</p>
<form method="post" action="/sign-in/${escape(uid)}"><ul>${buttons.join('')}</ul></form>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}
