const stack=[];let frame=0;
export function h(tag,props,...children){return{tag,props:props||{},children:children.flat(9)}}
export function text(value){return{tag:"#text",props:{value:String(value)},children:[]}}
function make(node){if(node==null||node===false)return document.createTextNode("");if(typeof node!=="object")return document.createTextNode(String(node));const el=document.createElement(node.tag);for(const[key,value]of Object.entries(node.props)){if(key.startsWith("on"))el.addEventListener(key.slice(2).toLowerCase(),value);else if(key==="className")el.className=value;else if(value!=null&&value!==false)el.setAttribute(key,value===true?"":value)}for(const child of node.children)el.append(make(child));return el}
export function state(first){const at=frame++;if(!(at in stack))stack[at]=first;return[stack[at],next=>{stack[at]=typeof next==="function"?next(stack[at]):next;redraw()}]}
let view=null,place=null;
function redraw(){if(!view||!place)return;frame=0;place.replaceChildren(make(view()))}
export function mount(component,element){view=component;place=element;redraw()}
export function route(){const path=location.pathname.replace(/\/+$/,"")||"/";return{path,go(to){history.pushState({},"",to);redraw()}}}
addEventListener("popstate",redraw);
export const days=["Monday","Tuesday","Wednesday","Thursday","Friday","Saturday","Sunday"];
export function money(cents){return new Intl.NumberFormat("en-IE",{style:"currency",currency:"EUR"}).format(cents/100)}
export const Sentry={hub:null,init(options){this.hub=options;addEventListener("error",event=>this.captureException(event.error))},captureException(error){if(!this.hub||!error)return;const{host,username,pathname}=new URL(this.hub.dsn);navigator.sendBeacon(`https://${host}/api${pathname}/store/?sentry_key=${username}`,JSON.stringify({message:String(error),release:this.hub.release}))}};
