// Signing in: a token, from the fragment of the address or typed, becomes a cookie that no script can read.

const said = document.getElementById("said");

function say(word) {
  said.textContent = word ? said.dataset[word] : "";
  said.classList.toggle("wrong", word === "wrong" || word === "unreachable");
}

async function open(token) {
  say("trying");
  try {
    const answer = await fetch("session", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token }),
    });
    if (answer.ok) location.reload();
    else say("wrong");
  } catch {
    say("unreachable");
  }
}

const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (location.hash) history.replaceState(null, "", location.pathname);
if (given) open(given);

document.getElementById("sign").addEventListener("submit", (event) => {
  event.preventDefault();
  open(event.target.elements.token.value.trim());
});
