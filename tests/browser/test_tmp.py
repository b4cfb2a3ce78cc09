def test_x(visit):
    page = visit("admin", reduced_motion="reduce")
    for p in ("/profile/edit/","/blog/posts/list/"):
      for i in range(3):
        page.goto(p)
        page.keyboard.press("Tab")
        print(page.evaluate("() => {const e=document.activeElement, r=e.getBoundingClientRect(), f=document.elementFromPoint(r.left+r.width/2,r.top+r.height/2); return [e.outerHTML, JSON.stringify(r), f && f.outerHTML.slice(0,100), getComputedStyle(e).position]}"))
