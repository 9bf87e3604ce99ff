// wsload: opens many WebSocket readers with one epoll loop, publishes time-stamped events (or lets another program publish),
// and prints one JSON line. It is far cheaper than the servers it measures. Run by tests/tools/bench/fanout.py.
// cc -O2 -w -o wsload wsload.c
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <signal.h>
#include <dirent.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/resource.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
typedef uint8_t u8; typedef uint64_t u64; typedef uint32_t u32;
static u64 now_ns(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec*1000000000ull+t.tv_nsec;}
enum {S_CONN,S_HTTP,S_OPEN,S_STALLED,S_DEAD};
typedef struct {
  int fd; u8 state; u8 hl; u8 hdr[14]; u8 opcode; u8 fin; u8 rsv1; u8 ctl; u8 first_op;
  u8 carry_len; u8 ctl_len; u8 warm;
  u64 rem; u64 events; u64 frames; u64 digest; u8 carry[64]; u8 ctlbuf[126]; char *hbuf; u32 hbl;
} conn;
static char *host="127.0.0.1",*path="/",*first=NULL,*firsthex=NULL,*pubspec="none",*label="",*pids="",*proto=NULL,*tmpl=NULL;
static char *headers[16]; static int nh=0;
static int port=8000,N=100,M=0,size=300,settle_ms=200,inflight=64,nsrc=1,sio=0,warmup=1,slow=0,hold=0,firstdelay=0,skip=150;
static char **firsts; static int nfirst=0; // --firsts FILE: what reader i sends first is line i modulo their number
static int stall=0,tell=0,live=0; // --stall K: the last K readers never read again; --tell: say when all are in
static double rate=0,timeout_s=60,idle_s=4; static int window=0, burst=1;
static conn *cs; static int ep,tfd; static u64 tstart=~0ull; static u64 last_rx=0,first_rx=0;
static u64 tot_events=0,tot_frames=0,tot_bytes=0; static int opened=0,failed=0,closed=0,started=0; static u64 warm_val=0; static int warm_got=0;
#define HB (64*64)
static u64 hist[HB]; static u64 latmax=0,latmin=~0ull;
static inline int bkt(u64 v){ if(v<64) return v; int e=63-__builtin_clzll(v); int r=(e-5)*64/1; return (e-5)*64 + ((v>>(e-6))&63);}
static inline u64 bval(int b){ if(b<64) return b; int e=b/64+5; return (1ull<<e) + ((u64)(b%64)<<(e-6)) + (1ull<<(e-6))/2;}
static u64 rxnow;
static inline void event(conn*c,u64 v){
  if(v==warm_val&&warm_val){ if(!c->warm){c->warm=1;warm_got++;} return; }
  if(v<tstart||tstart==~0ull) return;
  c->events++; tot_events++; c->digest=c->digest*1099511628211ull^v; // of the stamps, in order
  last_rx=rxnow; if(!first_rx) first_rx=rxnow;
  u64 l=rxnow>v?rxnow-v:0; int b=bkt(l); if(b>=HB)b=HB-1; hist[b]++; if(l>latmax)latmax=l; if(l<latmin)latmin=l;
}
static const char *mark="\"t\":"; static size_t ML=4; // what stands before the time stamp in an event
// parse token at p: 1 ok, 0 not a token, -1 incomplete
static inline int tok(const u8*p,size_t n,u64*v,size_t*end){
  size_t i=0; for(;i<ML;i++){ if(i>=n) return -1; if(p[i]!=(u8)mark[i]) return 0; }
  if(i<n&&p[i]==' ') i++; u64 x=0; size_t s=i; while(i<n&&p[i]>='0'&&p[i]<='9'){x=x*10+(p[i]-'0');i++;}
  if(i>=n) return -1; if(i==s) return 0; *v=x;*end=i; return 1;
}
static void scan(conn*c,const u8*p,size_t n){
  u64 v;size_t e;
  if(c->carry_len){ u8 tmp[128]; size_t k=n<40?n:40, cl=c->carry_len; memcpy(tmp,c->carry,cl); memcpy(tmp+cl,p,k);
    int r=tok(tmp,cl+k,&v,&e); if(r<0){ if(cl+k<=60){memcpy(c->carry,tmp,cl+k);c->carry_len=cl+k;return;} c->carry_len=0; }
    else { c->carry_len=0; if(r==1){ event(c,v); if(e>cl){p+=e-cl;n-=e-cl;} } } }
  const u8*end=p+n;
  while(p<end){ const u8*q=memmem(p,end-p,mark,ML);
    if(!q){ for(int k=ML-1;k>0;k--) if(end-p>=k && !memcmp(end-k,mark,k)){ memcpy(c->carry,end-k,k);c->carry_len=k;break;} return; }
    int r=tok(q,end-q,&v,&e);
    if(r<0){ size_t l=end-q; if(l<60){memcpy(c->carry,q,l);c->carry_len=l;} return; }
    if(r==1){ event(c,v); p=q+e+skip; } else p=q+1; }
}
static void payload(conn*c,const u8*p,size_t n,int last){
  scan(c,p,n); if(tstart==~0ull&&memmem(p,n,"\"subscribed\"",12)) live++;
}
static size_t mkframe(u8*o,int op,const u8*p,size_t n){ size_t i=0;o[i++]=0x80|op; if(n<126)o[i++]=0x80|n; else if(n<65536){o[i++]=0x80|126;o[i++]=n>>8;o[i++]=n;} else {o[i++]=0x80|127;for(int k=7;k>=0;k--)o[i++]=(u64)n>>(8*k);} 
  u8 m[4]={0x12,0x34,0x56,0x78}; memcpy(o+i,m,4);i+=4; for(size_t k=0;k<n;k++)o[i+k]=p[k]^m[k&3]; return i+n; }
static void kill_conn(conn*c){ if(c->state==S_DEAD)return; if(c->state==S_OPEN)closed++; else failed++; c->state=S_DEAD; close(c->fd); c->fd=-1; }
static void sendop(conn*c,int op,const u8*p,size_t n){ u8 b[8192]; if(n>8000)n=8000; size_t l=mkframe(b,op,p,n); if(send(c->fd,b,l,MSG_NOSIGNAL)<0 && errno!=EAGAIN) kill_conn(c); }
static void frame_done(conn*c){
  if(c->opcode==9) sendop(c,10,c->ctlbuf,c->ctl_len);
  else if(c->opcode==8) kill_conn(c);
  else if(c->opcode<3){ if(c->fin){c->frames++; if(tstart!=~0ull)tot_frames++;}
    if(sio&&c->ctl_len==1&&c->ctlbuf[0]=='2') sendop(c,1,(u8*)"3",1); }
}
static void parse(conn*c,u8*p,size_t n){
  while(n&&c->state==S_OPEN){
    if(c->rem==0&&c->hl<255){ // header
      c->hdr[c->hl++]=*p++;n--; if(c->hl<2) { if(!n) return; c->hdr[c->hl++]=*p++;n--; }
      int l7=c->hdr[1]&127; int need=2+(l7==126?2:l7==127?8:0); 
      while(c->hl<need&&n){c->hdr[c->hl++]=*p++;n--;} if(c->hl<need) return;
      u64 L=l7; if(l7==126)L=c->hdr[2]<<8|c->hdr[3]; else if(l7==127){L=0;for(int k=0;k<8;k++)L=L<<8|c->hdr[2+k];}
      c->opcode=c->hdr[0]&15;c->fin=c->hdr[0]>>7; if(c->opcode==1||c->opcode==2) c->rsv1=(c->hdr[0]>>6)&1; c->hl=0;c->ctl_len=0;c->rem=L;
      if(L==0){frame_done(c);} continue; }
    size_t k=n<c->rem?n:c->rem; if(c->opcode>=8||(sio&&c->rem<=1)){ size_t z=k; if(c->ctl_len+z>125)z=125-c->ctl_len; memcpy(c->ctlbuf+c->ctl_len,p,z);c->ctl_len+=z; }
    c->rem-=k; if(c->opcode<8) payload(c,p,k,c->rem==0&&c->fin); p+=k;n-=k; if(c->rem==0) frame_done(c);
  }
}
static int unhex(const char*h,u8*o){int n=0;while(h[0]&&h[1]){unsigned x;sscanf(h,"%2x",&x);o[n++]=x;h+=2;}return n;}
static void start_conn(int i){
  conn*c=&cs[i]; c->fd=socket(AF_INET,SOCK_STREAM|SOCK_NONBLOCK,0); if(c->fd<0){perror("socket");exit(2);} int one=1;
  setsockopt(c->fd,IPPROTO_TCP,TCP_NODELAY,&one,sizeof one);
  if(nsrc>1){ struct sockaddr_in s={.sin_family=AF_INET}; s.sin_addr.s_addr=htonl(0x7f000001+(i%nsrc)); setsockopt(c->fd,IPPROTO_IP,24/*IP_BIND_ADDRESS_NO_PORT*/,&one,sizeof one); bind(c->fd,(void*)&s,sizeof s);} 
  struct sockaddr_in a={.sin_family=AF_INET,.sin_port=htons(port)}; inet_pton(AF_INET,host,&a.sin_addr);
  int r=connect(c->fd,(void*)&a,sizeof a); c->state=S_CONN; if(r<0&&errno!=EINPROGRESS){perror("connect");kill_conn(c);return;}
  struct epoll_event ev={.events=EPOLLOUT|EPOLLIN,.data.u64=i}; epoll_ctl(ep,EPOLL_CTL_ADD,c->fd,&ev); }
static void on_conn(int i){ conn*c=&cs[i]; char b[4096]; int n=snprintf(b,sizeof b,"GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",path,host,port);
  for(int k=0;k<nh;k++) n+=snprintf(b+n,sizeof b-n,"%s\r\n",headers[k]); if(proto)n+=snprintf(b+n,sizeof b-n,"Sec-WebSocket-Protocol: %s\r\n",proto); 
  n+=snprintf(b+n,sizeof b-n,"\r\n"); if(send(c->fd,b,n,MSG_NOSIGNAL)!=n){kill_conn(c);return;} c->state=S_HTTP; struct epoll_event ev={.events=EPOLLIN,.data.u64=i}; epoll_ctl(ep,EPOLL_CTL_MOD,c->fd,&ev); }
static u8 big[1<<18];
static void readfirsts(const char*f){ FILE*F=fopen(f,"r"); char*l=NULL; size_t z=0; ssize_t k; if(!F){perror(f);exit(2);} while((k=getline(&l,&z,F))>0){ if(l[k-1]=='\n')l[k-1]=0; firsts=realloc(firsts,(nfirst+1)*sizeof*firsts); firsts[nfirst++]=strdup(l);} fclose(F); }
static void sendfirst(conn*c){ if(nfirst){ char*f=firsts[(c-cs)%nfirst]; sendop(c,1,(u8*)f,strlen(f)); } if(first) sendop(c,1,(u8*)first,strlen(first)); if(firsthex){u8 t[2048];int n=unhex(firsthex,t);sendop(c,2,t,n);} }
static void on_read(int i){ conn*c=&cs[i]; for(int loop=0;loop<4;loop++){ ssize_t n=recv(c->fd,big,sizeof big,0); if(n<0){ if(errno==EAGAIN||errno==EINTR)return; kill_conn(c);return;} if(n==0){kill_conn(c);return;}
  rxnow=now_ns(); tot_bytes+=n;
  if(c->state==S_HTTP){ c->hbuf=realloc(c->hbuf,c->hbl+n+1); memcpy(c->hbuf+c->hbl,big,n);c->hbl+=n;c->hbuf[c->hbl]=0; char*e=memmem(c->hbuf,c->hbl,"\r\n\r\n",4); if(!e)return; if(memcmp(c->hbuf+9,"101",3)){ static int w=0; if(w++<2)fprintf(stderr,"bad handshake: %.200s\n",c->hbuf); kill_conn(c);return;}
    c->state=S_OPEN;opened++; e+=4; size_t l=c->hbl-(e-c->hbuf); sendfirst(c); if(l)parse(c,(u8*)e,l); free(c->hbuf);c->hbuf=NULL; }
  else parse(c,big,n);
  if(c->state==S_DEAD||(size_t)n<sizeof big) return; } }
// ---------- publisher
static int pfd=-1; static char ptype[16],parg[256],parg2[256]; static u8 *pb; static size_t pbl=0,pbo=0,pbc=1<<20; static int published=0; static u64 pub_done_ns=0;
static int tcp(int p){int f=socket(AF_INET,SOCK_STREAM,0);struct sockaddr_in a={.sin_family=AF_INET,.sin_port=htons(p)};inet_pton(AF_INET,host,&a.sin_addr); if(connect(f,(void*)&a,sizeof a)<0){perror("pub connect");exit(2);} int one=1;setsockopt(f,IPPROTO_TCP,TCP_NODELAY,&one,sizeof one);return f;}
static void pub_open(void){ if(!strcmp(pubspec,"none"))return; int pp=0; sscanf(pubspec,"%15[^:]:%d:%255[^:]:%255s",ptype,&pp,parg,parg2); for(char*q=parg;*q;q++) if(*q=='*') *q=':'; pb=malloc(pbc); pfd=tcp(pp);
  char b[2048];
  if(!strcmp(ptype,"ws")||!strcmp(ptype,"cmd")){ int n=snprintf(b,sizeof b,"GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",parg,host,pp);
    for(int k=0;k<nh;k++) n+=snprintf(b+n,sizeof b-n,"%s\r\n",headers[k]); n+=snprintf(b+n,sizeof b-n,"\r\n"); if(write(pfd,b,n)!=n)exit(2); n=read(pfd,b,sizeof b-1); if(n<12||memcmp(b+9,"101",3)){fprintf(stderr,"pub handshake failed\n");exit(2);} }
  if(!strcmp(ptype,"nats")){ int n=read(pfd,b,sizeof b); const char*c="CONNECT {\"verbose\":false,\"pedantic\":false}\r\n"; n=write(pfd,c,strlen(c)); }
  if(!strcmp(ptype,"mqtt")){ u8 m[]={0x10,15,0,4,'M','Q','T','T',4,2,0,0,0,3,'p','u','b'}; m[1]=sizeof m-2; int n=write(pfd,m,sizeof m); n=read(pfd,b,sizeof b); }
  fcntl(pfd,F_SETFL,O_NONBLOCK); struct epoll_event ev={.events=EPOLLIN,.data.u64=1ull<<40}; epoll_ctl(ep,EPOLL_CTL_ADD,pfd,&ev); }
static u64 pub_one(int seq){ char p[65536]; u64 t=now_ns(); int n;
  n=snprintf(p,sizeof p,"{\"t\":%llu,\"seq\":%d,\"type\":\"node.moved\",\"board\":\"b1\",\"actor\":\"investigator-7\",\"data\":{\"id\":\"0190f3c2-7b1e-7cc0-9f5e-1234567890ab\",\"x\":1024.5,\"y\":-88.25,\"pad\":\"",(unsigned long long)t,seq);
  if(!strcmp(ptype,"cmd")) n=snprintf(p,sizeof p,"{\"type\":\"command\",\"id\":\"w%llu-%d\",\"board\":\"%s\",\"name\":\"note.add\",\"data\":{\"text\":\"%s%llu ",(unsigned long long)t,seq+1,parg2,mark,(unsigned long long)t);
  while(n<size-3){ p[n]='a'+(n*7)%26; n++; } n+=sprintf(p+n,"\"}}");
  if(pbl+n+512>pbc){ if(pbo){memmove(pb,pb+pbo,pbl-pbo);pbl-=pbo;pbo=0;} while(pbl+n+512>pbc){pbc*=2;pb=realloc(pb,pbc);} }
  if(!strcmp(ptype,"redis")) { pbl+=sprintf((char*)pb+pbl,"*3\r\n$7\r\nPUBLISH\r\n$%zu\r\n%s\r\n$%d\r\n",strlen(parg),parg,n); memcpy(pb+pbl,p,n);pbl+=n; memcpy(pb+pbl,"\r\n",2);pbl+=2; }
  else if(!strcmp(ptype,"ws")||!strcmp(ptype,"cmd")) pbl+=mkframe(pb+pbl,1,(u8*)p,n);
  else if(!strcmp(ptype,"http")) { pbl+=sprintf((char*)pb+pbl,"POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",parg,n); memcpy(pb+pbl,p,n);pbl+=n; }
  else if(!strcmp(ptype,"nats")) { pbl+=sprintf((char*)pb+pbl,"PUB %s %d\r\n",parg,n); memcpy(pb+pbl,p,n);pbl+=n; memcpy(pb+pbl,"\r\n",2);pbl+=2; }
  else if(!strcmp(ptype,"mqtt")) { int tl=strlen(parg),rl=2+tl+n; pb[pbl++]=0x30; int r=rl; do{u8 d=r%128;r/=128;if(r)d|=128;pb[pbl++]=d;}while(r); pb[pbl++]=tl>>8;pb[pbl++]=tl;memcpy(pb+pbl,parg,tl);pbl+=tl;memcpy(pb+pbl,p,n);pbl+=n; }
  return t; }
static void pub_pong(u8*b,ssize_t n){ for(u8*q=b;q+6<=b+n&&(q=memchr(q,0x89,b+n-q))&&q+6<=b+n;q++) if(q[1]==4&&pbl+16<=pbc) pbl+=mkframe(pb+pbl,10,q+2,4); } // a ping of ours; the answers to commands are ASCII
static void pub_flush(void){ while(pbo<pbl){ ssize_t n=send(pfd,pb+pbo,pbl-pbo,MSG_NOSIGNAL); if(n<0){ if(errno==EAGAIN)break; perror("pub send");exit(3);} pbo+=n; } if(pbo==pbl)pbo=pbl=0;
  struct epoll_event ev={.events=EPOLLIN|(pbl?EPOLLOUT:0),.data.u64=1ull<<40}; epoll_ctl(ep,EPOLL_CTL_MOD,pfd,&ev); }
// ---------- proc stats
static double cpu_of(void){ double s=0; char b[256],*d=strdup(pids),*sp=NULL; for(char*p=strtok_r(d,",",&sp);p;p=strtok_r(NULL,",",&sp)){ snprintf(b,sizeof b,"/proc/%s/task",p); DIR*D=opendir(b); if(!D)continue; struct dirent*e; while((e=readdir(D))){ if(e->d_name[0]=='.')continue; char f[600];snprintf(f,sizeof f,"/proc/%s/task/%s/schedstat",p,e->d_name); FILE*F=fopen(f,"r"); if(F){unsigned long long x=0; if(fscanf(F,"%llu",&x)==1)s+=x/1e9; fclose(F);} } closedir(D);} free(d); return s; }
static double cpu_ticks(void){ double s=0; char b[1024],*d=strdup(pids),*sp=NULL; for(char*p=strtok_r(d,",",&sp);p;p=strtok_r(NULL,",",&sp)){ snprintf(b,sizeof b,"/proc/%s/stat",p); FILE*F=fopen(b,"r"); if(!F)continue; int n=fread(b,1,sizeof b-1,F);fclose(F);b[n]=0;char*q=strrchr(b,')'); unsigned long u,k; if(q&&sscanf(q+2,"%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",&u,&k)==2)s+=(u+k)/100.0; } free(d); return s; }
static long rss_of(void){ long s=0; char b[256],*d=strdup(pids),*sp=NULL; for(char*p=strtok_r(d,",",&sp);p;p=strtok_r(NULL,",",&sp)){ snprintf(b,sizeof b,"/proc/%s/statm",p); FILE*F=fopen(b,"r"); long a,r; if(F){ if(fscanf(F,"%ld %ld",&a,&r)==2)s+=r*4; fclose(F);} } free(d); return s; }
static double selfcpu(void){struct rusage r;getrusage(RUSAGE_SELF,&r);return r.ru_utime.tv_sec+r.ru_stime.tv_sec+(r.ru_utime.tv_usec+r.ru_stime.tv_usec)/1e6;}
static double pct(double q){ u64 t=0,c=0; for(int i=0;i<HB;i++)t+=hist[i]; if(!t)return 0; u64 w=q*t; if(w>=t)w=t-1; for(int i=0;i<HB;i++){c+=hist[i]; if(c>w)return bval(i)/1e6;} return 0; }
static int pump(int tmo){ struct epoll_event ev[512]; int k=epoll_wait(ep,ev,512,tmo); for(int j=0;j<k;j++){ u64 id=ev[j].data.u64; if(id==1ull<<40){ char b[65536]; if(ev[j].events&EPOLLIN){ ssize_t n=recv(pfd,b,sizeof b,0); if(n>0&&!strcmp(ptype,"cmd")){pub_pong((u8*)b,n);pub_flush();} if(n==0){fprintf(stderr,"publisher connection closed by peer\n");epoll_ctl(ep,EPOLL_CTL_DEL,pfd,NULL);} if(n>0&&!strcmp(ptype,"nats")&&memmem(b,n,"PING\r\n",6)){ n=send(pfd,"PONG\r\n",6,0);} } if(ev[j].events&EPOLLOUT)pub_flush(); continue; }
    if(id==1ull<<41){u64 x; if(read(tfd,&x,8)<0){} continue;}
    conn*c=&cs[id]; if(c->state==S_DEAD)continue; if(c->state==S_STALLED){ close(c->fd); c->state=S_DEAD; continue; } if(c->state==S_CONN){ if(ev[j].events&(EPOLLERR|EPOLLHUP)){kill_conn(c);continue;} if(ev[j].events&EPOLLOUT)on_conn(id); }
    else if(ev[j].events&(EPOLLIN|EPOLLHUP|EPOLLERR)) on_read(id); } return k; }
int main(int argc,char**argv){ signal(SIGPIPE,SIG_IGN);
  for(int i=1;i<argc;i++){ char*a=argv[i]; 
#define O(s) (!strcmp(a,s)&&i+1<argc)
    if(O("--port"))port=atoi(argv[++i]); else if(O("--host"))host=argv[++i]; else if(O("--path"))path=argv[++i]; else if(O("-n"))N=atoi(argv[++i]); else if(O("-m"))M=atoi(argv[++i]); else if(O("--rate"))rate=atof(argv[++i]); else if(O("--burst"))burst=atoi(argv[++i]); else if(O("--size"))size=atoi(argv[++i]);
    else if(O("--first"))first=argv[++i]; else if(O("--firsthex"))firsthex=argv[++i]; else if(O("--pub"))pubspec=argv[++i]; else if(O("--label"))label=argv[++i]; else if(O("--pids"))pids=argv[++i]; else if(O("--proto"))proto=argv[++i]; else if(O("--header"))headers[nh++]=argv[++i]; else if(O("--settle"))settle_ms=atoi(argv[++i]); else if(O("--inflight"))inflight=atoi(argv[++i]); else if(O("--srcs"))nsrc=atoi(argv[++i]); else if(O("--timeout"))timeout_s=atof(argv[++i]); else if(O("--idle"))idle_s=atof(argv[++i]); else if(O("--window"))window=atoi(argv[++i]); else if(O("--hold"))hold=atoi(argv[++i]); else if(O("--skip"))skip=atoi(argv[++i]); else if(O("--mark")){mark=argv[++i];ML=strlen(mark);}
    else if(O("--firsts"))readfirsts(argv[++i]); else if(O("--stall"))stall=atoi(argv[++i]); else if(!strcmp(a,"--tell"))tell=1; else if(!strcmp(a,"--sio"))sio=1; else if(!strcmp(a,"--nowarm"))warmup=0; else {fprintf(stderr,"bad arg %s\n",a);return 2;} }
  struct rlimit rl; getrlimit(RLIMIT_NOFILE,&rl); rl.rlim_cur=rl.rlim_max; setrlimit(RLIMIT_NOFILE,&rl);
  cs=calloc(N,sizeof(conn)); ep=epoll_create1(0); tfd=timerfd_create(CLOCK_MONOTONIC,TFD_NONBLOCK); struct epoll_event tev={.events=EPOLLIN,.data.u64=1ull<<41}; epoll_ctl(ep,EPOLL_CTL_ADD,tfd,&tev);
  long rss0=rss_of(); double ccpu0=cpu_of(); u64 c0=now_ns(); 
  while(opened+failed<N){ while(started<N&&started-opened-failed<inflight) start_conn(started++); pump(100); if((now_ns()-c0)/1e9>timeout_s)break; }
  double ctime=(now_ns()-c0)/1e9; double ccpu1=cpu_of(); u64 e=now_ns()+settle_ms*1000000ull; while(now_ns()<e||(tell&&live<opened-closed&&now_ns()<e+20000000000ull)) pump(10);
  pub_open(); int wtries=0; double warm_s=0;
  if(pfd>=0&&warmup){ u64 w0=now_ns(); for(wtries=1;wtries<=20;wtries++){ for(int i=0;i<N;i++)cs[i].warm=0; warm_got=0; warm_val=pub_one(-1); pub_flush(); u64 d=now_ns()+1000000000ull; while(warm_got<opened-closed&&now_ns()<d) pump(10); if(warm_got>=opened-closed)break; } warm_s=(now_ns()-w0)/1e9; u64 d=now_ns()+300000000ull; while(now_ns()<d)pump(10); }
  int warmN=warm_got; warm_val=0;
  if(hold){ u64 d=now_ns()+hold*1000000ull; while(now_ns()<d)pump(50); }
  for(int i=N-stall;i<N;i++) if(cs[i].state==S_OPEN){ cs[i].state=S_STALLED; struct epoll_event ev={.events=EPOLLRDHUP,.data.u64=i}; epoll_ctl(ep,EPOLL_CTL_MOD,cs[i].fd,&ev); }
  long rss1=rss_of(); double cpu0=cpu_of(),tk0=cpu_ticks(),self0=selfcpu(); tot_events=tot_frames=tot_bytes=0; int alive0=opened-closed-stall; u64 t0=now_ns(); tstart=t0; last_rx=t0; if(tell){ puts("in"); fflush(stdout); }
  u64 want=(u64)alive0*M; double period=rate>0?1e9*burst/rate:0; u64 lastpub=t0;
  if(rate>0){ struct itimerspec its={.it_interval={0,500000},.it_value={0,500000}}; timerfd_settime(tfd,0,&its,NULL); }
  while(1){ u64 n=now_ns();
    if(pfd<0) published=M; // somebody else publishes
    if(published<M){ if(rate>0){ int due=(int)((n-t0)/period+1)*burst; while(published<M&&published<due){pub_one(published++);lastpub=n;} pub_flush(); }
      else { while(published<M && pbl-pbo<65536 && (!window||(u64)published*alive0<tot_events+(u64)window*alive0)) {pub_one(published++);lastpub=n;} pub_flush(); }
      if(published==M) pub_done_ns=now_ns(); }
    pump(rate>0?50:(published<M&&!window?0:5));
    if(published==M&&tot_events>=want) break; n=now_ns(); if((n-t0)/1e9>timeout_s) break; u64 lr=last_rx>lastpub?last_rx:lastpub; if(published==M&&n>lr&&(n-lr)/1e9>idle_s) break; }
  double cpu1=cpu_of(),tk1=cpu_ticks(),self1=selfcpu(); long rss2=rss_of(); double dur=(last_rx-t0)/1e9; int alive=opened-closed; double sc=cpu1-cpu0;
  u64 mn=~0ull,mx=0; int digests=0; u64 digest=0; for(int i=0;i<N;i++) if(cs[i].state==S_OPEN&&(!digests||cs[i].digest!=digest)){digest=cs[i].digest;digests++;}
  for(int i=0;i<N;i++){ if(cs[i].state==S_OPEN){ if(cs[i].events<mn)mn=cs[i].events; if(cs[i].events>mx)mx=cs[i].events; } }
  printf("{\"label\":\"%s\",\"n\":%d,\"opened\":%d,\"failed\":%d,\"alive\":%d,\"connect_s\":%.3f,\"connect_per_s\":%.0f,\"connect_cpu_s\":%.3f,\"warm_tries\":%d,\"warm_ok\":%d,\"warm_s\":%.2f,\"m\":%d,\"size\":%d,\"rate\":%.1f,\"expected\":%llu,\"received\":%llu,\"lost\":%lld,\"frames\":%llu,\"mb_in\":%.1f,\"dur_s\":%.4f,\"pub_s\":%.4f,\"deliv_per_s\":%.0f,\"server_cpu_s\":%.4f,\"server_cpu_ticks_s\":%.2f,\"deliv_per_cpu_s\":%.0f,\"us_per_deliv\":%.3f,\"gen_cpu_s\":%.3f,\"lat_ms\":{\"min\":%.3f,\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f},\"conn_events_min\":%llu,\"conn_events_max\":%llu,\"rss0_kb\":%ld,\"rss1_kb\":%ld,\"rss2_kb\":%ld,\"kb_per_conn\":%.2f,\"digest\":\"%016llx\",\"digests\":%d,\"began\":%.6f,\"ended\":%.6f}\n",
   label,N,opened,failed,alive,ctime,opened/ctime,ccpu1-ccpu0,wtries,warmN,warm_s,M,size,rate,(unsigned long long)want,(unsigned long long)tot_events,(long long)(want-tot_events),(unsigned long long)tot_frames,tot_bytes/1e6,dur,pub_done_ns?(pub_done_ns-t0)/1e9:0.0,dur>0?tot_events/dur:0,sc,tk1-tk0,sc>0?tot_events/sc:0,tot_events?sc*1e6/tot_events:0,self1-self0,latmin==~0ull?0:latmin/1e6,pct(.5),pct(.9),pct(.99),pct(.999),latmax/1e6,(unsigned long long)(mn==~0ull?0:mn),(unsigned long long)mx,rss0,rss1,rss2,N?(double)(rss1-rss0)/N:0,(unsigned long long)digest,digests,t0/1e9,now_ns()/1e9);
  return (tot_events==want&&failed==0)?0:1; }
