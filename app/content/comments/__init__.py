"""Comments: what readers say about anything that can be commented on."""

from app.content.comments.models import Comment, Commentable, CommentState

__all__ = ["Comment", "CommentState", "Commentable"]
