import{h,mount,route,Sentry,state}from"./@@vendor@@";
const __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["assets/@@chat@@","assets/@@vendor@@","assets/@@style@@"])))=>i.map(i=>d[i]);
const lazy=(load,deps)=>{for(const dep of __vite__mapDeps(deps||[])){const link=document.createElement("link");link.rel=dep.endsWith(".css")?"stylesheet":"modulepreload";link.href="/"+dep;document.head.append(link)}return load()};
Sentry.init({dsn:"@@dsn@@",release:"@@commit@@",environment:"production"});
export const api="https://api.brightside.example";
let token="";
export async function call(path,options={}){const headers={...options.headers};if(token)headers.authorization="Bearer "+token;if(options.body)headers["content-type"]="application/json";const answer=await fetch(api+path,{...options,headers});if(answer.status===429)throw new Error("Too many messages. Please wait a moment.");if(!answer.ok)throw new Error("That did not work.");return answer.status===204?null:answer.json()}
export async function signIn(email,password){const answer=await call("/login",{method:"POST",body:JSON.stringify({email,password})});token=answer.token}
function Plans(){const[plans,setPlans]=state(null);if(!plans)fetch(`${api}/plans`).then(answer=>answer.json()).then(answer=>setPlans(answer.plans)).catch(()=>setPlans([]));return h("ul",{className:"plans"},(plans||[]).map(plan=>h("li",{},`${plan.name}: ${plan.euros} euros`)))}
function SignIn(){let email="",password="";return h("form",{onSubmit:event=>{event.preventDefault();signIn(email,password).then(()=>route().go("/chat")).catch(Sentry.captureException.bind(Sentry))}},h("label",{},"E-mail",h("input",{type:"email",autocomplete:"username",onInput:event=>{email=event.target.value}})),h("label",{},"Password",h("input",{type:"password",autocomplete:"current-password",onInput:event=>{password=event.target.value}})),h("button",{},"Sign in"))}
let Chat=null;
function App(){const here=route();if(here.path==="/chat"){if(!Chat){lazy(()=>import("./@@chat@@"),[0,1,2]).then(module=>{Chat=module.Chat;here.go("/chat")});return h("p",{},"One moment…")}return Chat()}return h("main",{},h("h1",{},"Ask Bright"),h("p",{},"Plan your week between two sessions."),here.path==="/login"?SignIn():Plans(),h("a",{href:"/login"},"Sign in"))}
mount(App,document.getElementById("root"));
@@extra@@
