const key = process.env.ANTHROPIC_API_KEY;

export async function ask(user, request) {
  const answer = await fetch("https://api.anthropic.com/v1/messages", {
    method: "POST",
    headers: { "x-api-key": key, "content-type": "application/json" },
    body: JSON.stringify({ model: "default", max_tokens: 400, messages: await own(user, request) }),
  });
  return (await answer.json()).content[0].text;
}

async function own(user, request) {
  let text = "";
  for await (const piece of request) text += piece;
  return [{ role: "user", content: JSON.parse(text).message, name: user.id }];
}
